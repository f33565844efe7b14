'use client';
/** A run's tasks: those that went wrong first, then those at work, then the rest. */
import { StateGlyph } from '@/components/state';
import { Duration } from '@/components/time';
import type { RunPeekQuery } from '@/gql/graphql';
import { count } from '@/lib/format';
import { stateLook } from '@/lib/states';
import { inWords } from '@/lib/task-counts';
import { TaskBar } from '../grid/tasks-cell';

type Run = NonNullable<RunPeekQuery['run']>;
type Task = Run['taskRuns']['nodes'][number];

const SHOWN = 12;

export function PeekTasks({ run }: { run: Run }) {
  const counts = run.taskCounts;
  if (!counts || counts.total === 0) return <p className="text-soft">No tasks yet.</p>;
  const tasks = byUrgency(run.taskRuns.nodes).slice(0, SHOWN);
  const rest = run.taskRuns.nodes.length - tasks.length;
  return (
    <>
      <div className="mb-2 grid gap-1">
        <TaskBar counts={counts} />
        <span className="text-xs text-soft">{inWords(counts)}</span>
      </div>
      <ul className="grid">
        {tasks.map((task) => (
          <li key={task.id} className="flex h-7 items-center gap-2 border-b border-line last:border-0">
            <StateGlyph state={task.state} />
            <span className="sr-only">{stateLook(task.state).label}</span>
            <span className="min-w-0 flex-1 truncate" title={task.key}>
              {task.name}
              {task.mapIndex !== null && <span className="text-soft"> [{task.mapIndex}]</span>}
            </span>
            <span className="text-xs text-soft">
              <Duration ms={task.durationMs} start={task.startedAt} end={task.finishedAt} />
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="mt-1 text-xs text-soft">and {count(rest)}{run.taskRuns.pageInfo.hasNextPage ? '+' : ''} more</p>}
    </>
  );
}

export function byUrgency(tasks: readonly Task[]): Task[] {
  const rank = ({ state }: Task) => (stateLook(state).isBad ? 0 : state === 'RUNNING' || state === 'RETRYING' ? 1 : 2);
  return [...tasks].sort((one, other) => rank(one) - rank(other));
}
