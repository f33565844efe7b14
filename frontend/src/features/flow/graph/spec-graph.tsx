'use client';
/** The tasks of a version as a picture: it stands still, so it is plain SVG. Arrows move over the
 *  nodes, + and - zoom, 0 fits it into its frame. */
import { Maximize, Minus, Plus } from 'lucide-react';
import { memo, useEffect, useEffectEvent, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { cn } from '@/lib/cn';
import { layoutGraph, type Layout } from '@/lib/graph-layout';
import { useSize } from '@/lib/use-size';
import type { SpecTask } from '../spec';
import { nearest } from './nearest';
import { GraphNode, NODE, type NodeMark } from './node';
import { useZoomWheel } from './use-zoom-wheel';

const PADDING = 16;
const STEP = 1.25;
const SMALLEST = 0.05;
/** At first names can be read, and one scrolls where they do not all fit. */
const READABLE = 0.7;

interface SpecGraphProps {
  tasks: readonly SpecTask[];
  selected: string | null;
  onSelect: (key: string | null) => void;
  marks?: ReadonlyMap<string, NodeMark>;
  className?: string;
}

export function SpecGraph({ tasks, selected, onSelect, marks, className }: SpecGraphProps) {
  const [frame, { width, height }] = useSize<HTMLDivElement>();
  const [zoom, setZoom] = useState<number | 'fit' | null>(null);
  const layout = useMemo(() => layoutGraph(tasks.map(({ key, dependsOn }) => ({ id: key, dependsOn })), NODE), [tasks]);
  const svg = useRef<SVGSVGElement>(null);
  const fit = Math.min(1, (width - 2 * PADDING) / layout.width, (height - 2 * PADDING) / layout.height);
  const scale = Math.max(SMALLEST, zoom === 'fit' ? fit : (zoom ?? Math.max(fit, READABLE)));
  const by = (factor: number) => setZoom(Math.max(SMALLEST, Math.min(2, scale * factor)));
  useZoomWheel(frame, by);
  const isReady = width > 0;
  const start = useEffectEvent(() => {
    const point = layout.at.get(selected ?? tasks[0]?.key ?? '');
    if (point) frame.current?.scrollTo(point.x * scale - width / 2, point.y * scale - height / 2);
  });
  useEffect(() => {
    if (isReady) start();
  }, [isReady, layout]);
  const onKeyDown = (event: KeyboardEvent) => {
    const from = (event.target as Element).closest<SVGElement>('[data-key]')?.dataset.key;
    const to = from !== undefined ? nearest(layout.at, from, event.key) : undefined;
    if (to !== undefined) {
      event.preventDefault();
      svg.current?.querySelector<SVGElement>(`[data-key="${CSS.escape(to)}"]`)?.focus();
    } else if (event.key === '+' || event.key === '=') by(STEP);
    else if (event.key === '-') by(1 / STEP);
    else if (event.key === '0') setZoom('fit');
  };
  return (
    <div className={cn('relative min-h-0', className)} onKeyDown={onKeyDown}>
      <div ref={frame} className="absolute inset-0 overflow-auto">
        {isReady && (
          <svg
            ref={svg}
            role="group"
            aria-label={`Graph of ${tasks.length} tasks`}
            width={Math.max(width, layout.width * scale + 2 * PADDING)}
            height={Math.max(height, layout.height * scale + 2 * PADDING)}
            className="block select-none"
            onClick={({ target }) => onSelect((target as Element).closest<SVGElement>('[data-key]')?.dataset.key ?? null)}
          >
            <g transform={`translate(${centred(width, layout.width * scale)} ${centred(height, layout.height * scale)}) scale(${scale})`}>
              <Edges tasks={tasks} layout={layout} selected={selected} />
              {tasks.map((task, at) => (
                <GraphNode key={task.key} task={task} place={layout.at.get(task.key)!} isSelected={task.key === selected} isStop={selected === null ? at === 0 : task.key === selected} mark={marks?.get(task.key)} onSelect={onSelect} />
              ))}
            </g>
          </svg>
        )}
      </div>
      <div className="absolute right-2 bottom-2 flex rounded-md border border-line bg-raised" data-no-print>
        <IconButton size="sm" label="Zoom in" onClick={() => by(STEP)}>
          <Plus aria-hidden />
        </IconButton>
        <IconButton size="sm" label="Zoom out" onClick={() => by(1 / STEP)}>
          <Minus aria-hidden />
        </IconButton>
        <IconButton size="sm" label="Fit to view" onClick={() => setZoom('fit')}>
          <Maximize aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}

const centred = (frame: number, content: number): number => Math.max(PADDING, (frame - content) / 2);

interface EdgesProps {
  tasks: readonly SpecTask[];
  layout: Layout;
  selected: string | null;
}

const Edges = memo(function Edges({ tasks, layout, selected }: EdgesProps) {
  return (
    <g fill="none" strokeWidth={1.5} aria-hidden>
      {tasks.flatMap((task) =>
        task.dependsOn.map((before) => {
          const from = layout.at.get(before);
          const to = layout.at.get(task.key);
          if (!from || !to) return null;
          const isNear = selected !== null && (task.key === selected || before === selected);
          return <path key={`${before} ${task.key}`} d={curve(from, to)} stroke={isNear ? 'var(--accent)' : 'var(--line-strong)'} strokeDasharray={task.isConditional ? '5 4' : undefined} />;
        }),
      )}
    </g>
  );
});

function curve(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const x1 = from.x + NODE.nodeWidth;
  const y1 = from.y + NODE.nodeHeight / 2;
  const y2 = to.y + NODE.nodeHeight / 2;
  const bend = Math.max(16, (to.x - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`;
}
