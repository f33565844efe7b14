'use client';
/** How far the tasks of a run have come, and how they ended. */
import type { TaskTallyFragment } from '@/gql/graphql';
import { compact } from '@/lib/format';
import { tallyInWords, tallyOf, type Tally } from '@/lib/task-tally';

const COLOURS = [
  ['succeeded', 'var(--state-succeeded)'],
  ['failed', 'var(--state-failed)'],
  ['cancelled', 'var(--state-cancelled)'],
  ['skipped', 'var(--state-skipped)'],
] as const;

export function TasksCell({ counts }: { counts: TaskTallyFragment }) {
  const tally = tallyOf(counts);
  if (tally.total === 0) return <span className="text-soft">–</span>;
  return (
    <span className="flex items-center gap-1.5" title={tallyInWords(tally)}>
      <TallyBar tally={tally} className="w-8" />
      <span className="text-soft">
        {compact(tally.succeeded)}/{compact(tally.total)}
      </span>
    </span>
  );
}

export function TallyBar({ tally, className = '' }: { tally: Tally; className?: string }) {
  return (
    <span role="img" aria-label={tallyInWords(tally)} className={`flex h-1.5 shrink-0 overflow-hidden rounded-full bg-hover ${className}`}>
      {COLOURS.map(([group, colour]) => (
        <span key={group} style={{ width: `${(tally[group] / tally.total) * 100}%`, background: colour }} />
      ))}
    </span>
  );
}
