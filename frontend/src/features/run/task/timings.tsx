'use client';
import { duration } from '@/lib/format';
import { useNow } from '@/lib/now';
import { isTerminal } from '@/lib/states';
import { ranFor, readyAt, retryDueAt, segmentsOf } from '../gantt/segments';
import { time, type RunEvent, type Task } from '../live/model';
import { useRunPage } from '../run-context';
import { Part } from './task-panel';

/** How long it waited for others, for its turn, and ran; and what a next attempt waits for. */
export function Timings({ task, history }: { task: Task; history: readonly RunEvent[] }) {
  const { run, model } = useRunPage();
  const now = useNow(!isTerminal(task.state));
  const runStart = time(run.startedAt);
  const ready = readyAt(task, model.tasks, runStart);
  const facts: [string, string | null][] = [
    ['Waiting for upstream tasks', ready !== null && runStart !== null ? duration(ready - runStart) : null],
    ['Waited for its turn', ready !== null && task.startedAt !== null ? duration(task.startedAt - ready) : null],
    ['Ran', task.startedAt === null ? null : duration(ranFor(segmentsOf(task, { tasks: model.tasks, history, runStart, now })))],
    ...nextAttempt(retryDueAt(task, history), now),
  ];
  const known = facts.filter(([, value]) => value !== null);
  if (known.length === 0) return null;
  return (
    <Part title="Time">
      <dl className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-0.5">
        {known.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd className="text-right">{value}</dd>
          </div>
        ))}
      </dl>
    </Part>
  );
}

function nextAttempt(due: number | null, now: number): [string, string][] {
  if (due === null) return [];
  return due > now ? [['Next attempt in', duration(due - now)]] : [['Waiting for a slot', duration(now - due)]];
}
