'use client';
/** A run's duration with a thin bar: its middle is the median of the flow. */
import { cn } from '@/lib/cn';
import { duration, elapsedMs } from '@/lib/format';
import { useNow } from '@/lib/now';
import type { RunRow } from '../live-rows';
import { barOf } from './bar';

export function DurationCell({ run }: { run: RunRow }) {
  const isTicking = run.durationMs === null && run.startedAt !== null && run.finishedAt === null;
  const now = useNow(isTicking);
  const ms = run.durationMs ?? (run.startedAt ? elapsedMs(run.startedAt, run.finishedAt, now) : null);
  if (ms === null) return <span className="text-soft">–</span>;
  const median = run.flow?.statistics.p50DurationMs;
  const bar = median ? barOf(ms, median) : null;
  return (
    <span className="flex w-full items-center justify-end gap-1.5" title={median ? `Median of this flow: ${duration(median)}` : undefined}>
      {bar?.factor && <span className="text-2xs text-warn">{bar.factor}</span>}
      <span>{duration(ms)}</span>
      <span aria-hidden className={cn('relative h-1 w-8 shrink-0 overflow-hidden rounded-full', bar && 'bg-hover')}>
        {bar && (
          <>
            <span
              className={cn('absolute inset-y-0 left-0 rounded-full', bar.factor ? 'bg-warn' : 'bg-accent/60')}
              style={{ width: `${bar.share * 100}%` }}
            />
            <span className="absolute inset-y-0 left-1/2 w-px bg-text/45" />
          </>
        )}
      </span>
    </span>
  );
}
