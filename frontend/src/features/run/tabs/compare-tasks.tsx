'use client';
/** The tasks of both runs, with their times as bars on one scale. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo, useRef } from 'react';
import { StateGlyph } from '@/components/state';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { duration } from '@/lib/format';
import { stateLook } from '@/lib/states';
import { useRunPage } from '../run-context';
import { Delta, type Comparison } from './compare';

type Pair = Comparison['tasks'][number];

const ORDERS = ['order', 'slower', 'different'] as const;
const ROW_PX = 44;

export function CompareTasks({ tasks }: { tasks: readonly Pair[] }) {
  const { select } = useRunPage();
  const [order, setOrder] = useQueryState('by', parseAsStringLiteral(ORDERS).withDefault('order'));
  const rows = useMemo(() => arranged(tasks, order), [tasks, order]);
  const longest = useMemo(() => tasks.reduce((most, task) => Math.max(most, task.durationMs ?? 0, task.baseDurationMs ?? 0), 1), [tasks]);
  const box = useRef<HTMLDivElement>(null);
  const shown = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 10 });
  return (
    <Card>
      <CardHeader
        title="Tasks"
        actions={
          <ToggleGroup
            label="Order of the tasks"
            value={order}
            onChange={(next) => void setOrder(next)}
            options={[
              { value: 'order', label: 'As in the flow' },
              { value: 'slower', label: 'Slowed down most' },
              { value: 'different', label: 'Other state' },
            ]}
          />
        }
      />
      {rows.length === 0 && <p className="px-4 py-3 text-soft">{order === 'different' ? 'All tasks ended in the same state.' : 'There are no tasks.'}</p>}
      <div ref={box} className="max-h-[480px] overflow-auto">
        <ul style={{ height: shown.getTotalSize() }} className="relative min-w-[520px]">
          {shown.getVirtualItems().map(({ index, start }) => {
            const task = rows[index]!;
            return (
              <li
                key={task.key}
                style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
                className="absolute inset-x-0 top-0 grid grid-cols-[minmax(120px,220px)_1fr_150px] items-center gap-3 border-b border-line px-4"
              >
                <button type="button" className="truncate text-left font-medium hover:underline" onClick={() => select(task.key)}>
                  {task.key}
                </button>
                <span className="grid gap-0.5">
                  <Bar word="This run" state={task.state} ms={task.durationMs} longest={longest} />
                  <Bar word="The other run" state={task.baseState} ms={task.baseDurationMs} longest={longest} isBase />
                </span>
                <span className="text-right text-xs">
                  {task.durationMs != null && task.baseDurationMs != null && <Delta ms={task.durationMs} base={task.baseDurationMs} />}
                </span>
              </li>
            );
          })}
        </ul>
      </div>
    </Card>
  );
}

function arranged(tasks: readonly Pair[], order: (typeof ORDERS)[number]): readonly Pair[] {
  if (order === 'different') return tasks.filter(({ state, baseState }) => state !== baseState);
  if (order === 'order') return tasks;
  const slowed = ({ durationMs, baseDurationMs }: Pair) => (durationMs == null || baseDurationMs == null ? Number.NEGATIVE_INFINITY : durationMs - baseDurationMs);
  return [...tasks].sort((one, other) => slowed(other) - slowed(one) || 0);
}

interface BarProps {
  word: string;
  state: Pair['state'];
  ms: number | null;
  longest: number;
  isBase?: boolean;
}

function Bar({ word, state, ms, longest, isBase = false }: BarProps) {
  if (!state) return <span className="h-4 text-2xs text-soft">{word}: it has no such task</span>;
  const { label, colour } = stateLook(state);
  return (
    <span className="flex h-4 items-center gap-1.5 text-2xs text-soft" title={`${word}: ${label}`}>
      <StateGlyph state={state} className="size-3!" />
      <span className="sr-only">{`${word}: ${label}`}</span>
      <span className="h-1.5 rounded-full" style={{ width: `${((ms ?? 0) / longest) * 70}%`, background: colour, opacity: isBase ? 0.45 : 1 }} />
      {ms != null && duration(ms)}
    </span>
  );
}
