'use client';
/** How far the tasks of a run have come, and how they ended. */
import { compact } from '@/lib/format';
import { inWords, type TaskCounts } from '@/lib/task-counts';

export function TasksCell({ counts }: { counts: TaskCounts }) {
  if (counts.total === 0) return <span className="text-soft">–</span>;
  return (
    <span className="flex items-center gap-1.5" title={inWords(counts)}>
      <TaskBar counts={counts} className="w-8" />
      <span className="text-soft">
        {compact(counts.done)}/{compact(counts.total)}
      </span>
    </span>
  );
}

export function TaskBar({ counts, className = '' }: { counts: TaskCounts; className?: string }) {
  const parts = [
    ['succeeded', counts.done],
    ['failed', counts.failed + counts.timedOut],
    ['cancelled', counts.cancelled],
    ['skipped', counts.skipped],
  ] as const;
  return (
    <span role="img" aria-label={inWords(counts)} className={`flex h-1.5 shrink-0 overflow-hidden rounded-full bg-hover ${className}`}>
      {parts.map(([state, number]) => (
        <span key={state} style={{ width: `${(number / counts.total) * 100}%`, background: `var(--state-${state})` }} />
      ))}
    </span>
  );
}
