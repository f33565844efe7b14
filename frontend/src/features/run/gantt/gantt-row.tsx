'use client';
import { ChevronRight } from 'lucide-react';
import { memo, type CSSProperties } from 'react';
import { StateGlyph } from '@/components/state';
import { cn } from '@/lib/cn';
import { duration } from '@/lib/format';
import { stateLook } from '@/lib/states';
import type { RunEvent, Task } from '../live/model';
import { nameOf } from '../progress';
import { ROW_PX } from './gantt';
import type { GanttRow } from './rows';
import { percentOf, type Span } from './scale';
import { segmentsOf, type Segment } from './segments';

interface Props {
  row: GanttRow;
  top: number;
  /** The width of the names, in pixels. */
  labels: number;
  span: Span;
  /** 0 for a task that has ended: so that time does not draw it again. */
  now: number;
  runStart: number | null;
  tasks: ReadonlyMap<string, Task>;
  history: readonly RunEvent[];
  isSelected: boolean;
  onSelect: () => void;
  onToggle: () => void;
}

export const GanttRowView = memo(GanttRowOf, (was, is) =>
  // The functions and the other tasks are left out: what a row shows of them stays true.
  (['row', 'top', 'labels', 'now', 'runStart', 'history', 'isSelected'] as const).every((name) =>
    name === 'row' ? was.row.task === is.row.task && was.row.isOpen === is.row.isOpen && was.row.children === is.row.children : was[name] === is[name],
  ) &&
  was.span.from === is.span.from &&
  was.span.to === is.span.to,
);

function GanttRowOf({ row, top, labels, span, now, runStart, tasks, history, isSelected, onSelect, onToggle }: Props) {
  const { task, depth, children, isOpen } = row;
  const segments = segmentsOf(task, { tasks, history, runStart, now });
  return (
    <div
      style={{ transform: `translateY(${top}px)`, height: ROW_PX }}
      className={cn('absolute inset-x-0 top-0 flex cursor-pointer items-center', isSelected ? 'bg-accent-soft' : 'hover:bg-hover/60')}
      onClick={onSelect}
    >
      <div style={{ width: labels, paddingLeft: depth ? 26 : 4 }} className="flex shrink-0 items-center gap-1 pr-2">
        {depth === 0 && <Toggle isOpen={isOpen} children={children} name={task.name} onToggle={onToggle} />}
        <StateGlyph state={task.state} />
        <button type="button" className="min-w-0 truncate text-left text-xs" title={task.key} aria-pressed={isSelected}>
          {depth ? `[${task.mapIndex}]` : nameOf(task)}
        </button>
        {children > 0 && <span className="text-2xs text-soft">{children}</span>}
      </div>
      <div className="relative mr-2 h-full min-w-0 flex-1 overflow-hidden border-l border-line">
        {segments.map((segment, at) => (
          <Bar key={at} segment={segment} span={span} task={task} />
        ))}
      </div>
    </div>
  );
}

function Toggle({ isOpen, children, name, onToggle }: { isOpen: boolean; children: number; name: string; onToggle: () => void }) {
  if (children === 0) return <span className="w-4 shrink-0" />;
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      aria-label={`The ${children} parts of ${name}`}
      onClick={(event) => {
        event.stopPropagation();
        onToggle();
      }}
      className="shrink-0 rounded text-soft hover:text-text"
    >
      <ChevronRight aria-hidden className={cn('size-4 transition-transform', isOpen && 'rotate-90')} />
    </button>
  );
}

const KINDS: Record<Segment['kind'], string> = {
  wait: 'Waited',
  run: 'Ran',
  pause: 'Retry delay',
};

function Bar({ segment, span, task }: { segment: Segment; span: Span; task: Task }) {
  const left = percentOf(span, segment.from);
  const right = percentOf(span, segment.to);
  if (right < 0 || left > 100) return null;
  const colour = segment.failed ? 'var(--state-failed)' : stateLook(task.state).colour;
  const length = duration(segment.to - segment.from);
  const attempt = segment.attempt > 1 ? `, attempt ${segment.attempt}` : '';
  const title = `${KINDS[segment.kind]} ${length}${attempt}${segment.failed ? ', failed' : ''}`;
  const style: CSSProperties = { left: `${Math.max(-1, left)}%`, width: `max(2px, ${Math.min(101, right) - Math.max(-1, left)}%)` };
  if (segment.kind === 'run') {
    return <span title={title} style={{ ...style, background: colour }} className={cn('absolute inset-y-1.25 rounded-xs', segment.failed && 'opacity-60')} />;
  }
  return <span title={title} style={style} className={cn('absolute inset-y-2.25 rounded-xs', segment.kind === 'wait' ? 'gantt-wait' : 'gantt-pause')} />;
}
