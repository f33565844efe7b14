'use client';
/** The tasks of a version as a picture: it stands still, so it is plain SVG. Arrows move over the
 *  nodes, + and - zoom, 0 fits it into its frame. */
import { Maximize, Minus, Plus } from 'lucide-react';
import { memo, useEffect, useEffectEvent, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { cn } from '@/lib/cn';
import { edgePath } from '@/lib/edge-path';
import { bestLayout, edgeId, type Point } from '@/lib/graph-layout';
import { READABLE } from '@/lib/graph-view';
import { useSize } from '@/lib/use-size';
import type { SpecTask } from '../spec';
import { nearest } from './nearest';
import { GraphNode, NODE, type NodeMark } from './node';
import { useZoomWheel } from './use-zoom-wheel';

const PADDING = 16;
const STEP = 1.25;
const SMALLEST = 0.05;
/** Of the frame. It is as tall as its graph; of a taller one a part, and one scrolls. */
const LOWEST = 160;
const TALLEST = 448;
const TALLEST_NARROW = 560;
const NARROW = 640;

type Layout = ReturnType<typeof bestLayout>;

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
  const isNarrow = width < NARROW;
  const room = { width: width - 2 * PADDING, height: (isNarrow ? TALLEST_NARROW : TALLEST) - 2 * PADDING };
  // Not each pixel lays it out anew.
  const columns = Math.round(width / 100);
  const layout = useMemo(() => bestLayout(tasks.map(({ key, dependsOn }) => ({ id: key, dependsOn })), room, NODE), [tasks, columns]);
  const svg = useRef<SVGSVGElement>(null);
  const fit = Math.min(1, room.width / layout.width, room.height / layout.height);
  const scale = Math.max(SMALLEST, zoom === 'fit' ? fit : (zoom ?? Math.max(fit, READABLE)));
  const by = (factor: number) => setZoom(Math.max(SMALLEST, Math.min(2, scale * factor)));
  useZoomWheel(frame, by);
  const isReady = width > 0;
  const least = Math.min(room.height, Math.max(LOWEST, layout.height * scale)) + 2 * PADDING;
  const start = useEffectEvent(() => {
    const point = layout.at.get(selected ?? tasks[0]?.key ?? '');
    if (point) frame.current?.scrollTo(point.x * scale - width / 2, point.y * scale - height / 2);
  });
  useEffect(() => {
    if (isReady) start();
  }, [isReady, layout, width, height]);
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
    <div className={cn('relative min-w-0', className)} style={{ minHeight: least }} onKeyDown={onKeyDown}>
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
          const isDown = layout.direction === 'down';
          const isNear = selected !== null && (task.key === selected || before === selected);
          const path = edgePath(isDown ? below(from) : right(from), isDown ? above(to) : left(to), layout.bends.get(edgeId(before, task.key)) ?? [], layout.direction);
          return <path key={`${before} ${task.key}`} d={path} stroke={isNear ? 'var(--accent)' : 'var(--line-strong)'} strokeDasharray={task.isConditional ? '5 4' : undefined} />;
        }),
      )}
    </g>
  );
});

const left = ({ x, y }: Point): Point => ({ x, y: y + NODE.nodeHeight / 2 });
const right = ({ x, y }: Point): Point => ({ x: x + NODE.nodeWidth, y: y + NODE.nodeHeight / 2 });
const above = ({ x, y }: Point): Point => ({ x: x + NODE.nodeWidth / 2, y });
const below = ({ x, y }: Point): Point => ({ x: x + NODE.nodeWidth / 2, y: y + NODE.nodeHeight });
