'use client';
/** What a mapped task was mapped into. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { StateGlyph } from '@/components/state';
import { Duration } from '@/components/time';
import { isTerminal, stateLook } from '@/lib/states';
import type { Task } from '../live/model';
import { childrenOf } from '../progress';
import { useRunPage } from '../run-context';
import { Part } from './task-panel';

const ROW_PX = 28;
const NONE: readonly Task[] = [];

export function Children({ task }: { task: Task }) {
  const { model, select } = useRunPage();
  const children = useMemo(() => childrenOf(model).get(task.key) ?? NONE, [model, task.key]);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: children.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 8 });
  if (children.length === 0) return null;
  const ended = children.filter(({ state }) => isTerminal(state)).length;
  return (
    <Part title={`Mapped: ${ended} of ${Math.max(task.mapCount ?? 0, children.length)} ended`}>
      <div ref={box} className="max-h-56 overflow-y-auto rounded-md border border-line">
        <ul style={{ height: rows.getTotalSize() }} className="relative">
          {rows.getVirtualItems().map(({ index, start }) => (
            <li key={index} style={{ transform: `translateY(${start}px)`, height: ROW_PX }} className="absolute inset-x-0 top-0">
              <Child task={children[index]!} onSelect={select} />
            </li>
          ))}
        </ul>
      </div>
    </Part>
  );
}

function Child({ task, onSelect }: { task: Task; onSelect: (key: string) => void }) {
  const start = task.startedAt === null ? null : new Date(task.startedAt).toISOString();
  const end = task.finishedAt === null ? null : new Date(task.finishedAt).toISOString();
  return (
    <button type="button" onClick={() => onSelect(task.key)} className="flex h-full w-full items-center gap-2 px-2 text-left -outline-offset-2 hover:bg-hover">
      <StateGlyph state={task.state} />
      <span className="min-w-0 flex-1 truncate">
        [{task.mapIndex}] <span className="text-soft">{stateLook(task.state).label}</span>
      </span>
      {task.attempt > 1 && <span className="text-xs text-retrying">×{task.attempt}</span>}
      <Duration start={start} end={end} className="text-soft" />
    </button>
  );
}
