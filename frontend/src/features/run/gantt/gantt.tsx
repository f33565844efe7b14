'use client';
/** What ran when: a row for each task, waiting and running apart, attempts as parts. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { Minus, Plus, RotateCcw } from 'lucide-react';
import { useEffect, useEffectEvent, useMemo, useRef, useState, type WheelEvent } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { useNow } from '@/lib/now';
import { isTerminal } from '@/lib/states';
import { useSize } from '@/lib/use-size';
import { time } from '../live/model';
import { childrenOf, topTasks } from '../progress';
import { useRunPage } from '../run-context';
import './gantt.css';
import { Axis } from './axis';
import { Brush } from './brush';
import { GanttRowView } from './gantt-row';
import { rowsOf } from './rows';
import { panned, zoomed, type Span } from './scale';
import { useZoom } from './use-zoom';

export const ROW_PX = 26;
const EMPTY: readonly never[] = [];

export default function Gantt() {
  const { run, model, selected } = useRunPage();
  const isOver = isTerminal(run.state);
  const now = useNow(!isOver);
  const whole = wholeOf(run, isOver, now);
  const [span, setSpan, isZoomed] = useZoom(whole);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const parent = selected === null ? null : (model.tasks.get(selected)?.parent ?? null);
  const shownOpen = useMemo(() => (parent === null || open.has(parent) ? open : new Set([...open, parent])), [open, parent]);
  const children = useMemo(() => childrenOf(model), [model]);
  const rows = useMemo(() => rowsOf(topTasks(model), children, shownOpen), [model, children, shownOpen]);
  const toggle = (key: string) => setOpen(new Set(shownOpen.has(key) ? [...shownOpen].filter((one) => one !== key) : [...shownOpen, key]));
  const [frame, { width }] = useSize<HTMLDivElement>();
  const labels = width < 420 ? 136 : 172;
  return (
    <section aria-label="Timeline of the tasks" className="flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      <div className="flex items-center gap-1.5 border-b border-line px-2 py-1.5" data-no-print>
        <Brush whole={whole} span={span} now={now} onChange={setSpan} />
        <IconButton size="sm" label="See more time" disabled={!isZoomed} onClick={() => setSpan(zoomed(span, whole, 2))}>
          <Minus aria-hidden />
        </IconButton>
        <IconButton size="sm" label="See less time" onClick={() => setSpan(zoomed(span, whole, 0.5))}>
          <Plus aria-hidden />
        </IconButton>
        <IconButton size="sm" label="See the whole run" disabled={!isZoomed} onClick={() => setSpan(null)}>
          <RotateCcw aria-hidden />
        </IconButton>
      </div>
      <div ref={frame} className="flex min-h-0 flex-1 flex-col">
        <Axis span={span} whole={whole} labels={labels} width={width} />
        <Rows rows={rows} span={span} whole={whole} now={now} labels={labels} onZoom={setSpan} onToggle={toggle} />
      </div>
    </section>
  );
}

function wholeOf(run: ReturnType<typeof useRunPage>['run'], isOver: boolean, now: number): Span {
  const from = time(run.startedAt) ?? time(run.createdAt)!;
  const to = isOver ? (time(run.finishedAt) ?? now) : now;
  return { from, to: Math.max(to, from + 10) };
}

interface RowsProps {
  rows: ReturnType<typeof rowsOf>;
  span: Span;
  whole: Span;
  now: number;
  labels: number;
  onZoom: (span: Span) => void;
  onToggle: (key: string) => void;
}

function Rows({ rows, span, whole, now, labels, onZoom, onToggle }: RowsProps) {
  const { run, model, selected, select } = useRunPage();
  const box = useRef<HTMLDivElement>(null);
  const shown = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 8 });
  const bring = useEffectEvent((key: string) => {
    const at = rows.findIndex(({ task }) => task.key === key);
    if (at >= 0) shown.scrollToIndex(at, { align: 'auto' });
  });
  useEffect(() => {
    if (selected !== null) bring(selected);
  }, [selected]);
  const onWheel = (event: WheelEvent<HTMLDivElement>) => {
    const frame = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - frame.left - labels) / (frame.width - labels)));
    if (event.ctrlKey || event.metaKey) onZoom(zoomed(span, whole, event.deltaY > 0 ? 1.25 : 0.8, share));
    else if (event.shiftKey) onZoom(panned(span, whole, ((span.to - span.from) * event.deltaY) / 1000));
  };
  useNoPageZoom(box);
  const runStart = time(run.startedAt);
  const nowShare = isTerminal(run.state) ? null : (now - span.from) / (span.to - span.from);
  return (
    <div ref={box} onWheel={onWheel} className="relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto">
      <div style={{ height: shown.getTotalSize() }} className="relative">
        {shown.getVirtualItems().map(({ index, start }) => {
          const row = rows[index]!;
          return (
            <GanttRowView
              key={row.task.key}
              row={row}
              top={start}
              labels={labels}
              span={span}
              now={row.task.finishedAt === null ? now : 0}
              runStart={runStart}
              tasks={model.tasks}
              history={model.history.get(row.task.key) ?? EMPTY}
              isSelected={row.task.key === selected}
              onSelect={() => select(row.task.key === selected ? null : row.task.key)}
              onToggle={() => onToggle(row.task.key)}
            />
          );
        })}
        {nowShare !== null && nowShare >= 0 && nowShare <= 1 && (
          <div aria-hidden className="pointer-events-none absolute inset-y-0" style={{ left: labels, right: 8 }}>
            <div className="absolute inset-y-0 border-l border-accent" style={{ left: `${nowShare * 100}%` }} />
          </div>
        )}
      </div>
    </div>
  );
}

/** React listens passively to the wheel: only a listener of one's own keeps the page from zooming. */
function useNoPageZoom(box: { current: HTMLElement | null }): void {
  useEffect(() => {
    const element = box.current;
    const stop = (event: globalThis.WheelEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) event.preventDefault();
    };
    element?.addEventListener('wheel', stop, { passive: false });
    return () => element?.removeEventListener('wheel', stop);
  }, [box]);
}
