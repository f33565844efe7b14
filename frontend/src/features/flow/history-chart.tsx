'use client';
/** The last runs twice: how many of which state over time, and how long each took. */
import { AppLink } from '@/components/app-link';
import { RunBars } from '@/components/run-bars';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { absolute, duration, plural } from '@/lib/format';
import { useNow } from '@/lib/now';
import { heightScale } from '@/lib/run-bars';
import { runsPath } from '@/lib/runs-path';
import { stateLook } from '@/lib/states';
import { historyBuckets, rollingMedian, type Bucket } from './history';
import type { FlowRuns } from './use-flow';

export function RunHistory({ flowName, runs }: { flowName: string; runs: FlowRuns }) {
  const now = useNow(false);
  const buckets = historyBuckets(runs, now);
  const most = Math.max(1, ...buckets.map(({ total }) => total));
  return (
    <Card>
      <CardHeader title="Runs over time" actions={<span className="text-xs text-soft">the last {plural(runs.length, 'run')}</span>} />
      <div className="p-4">
        <ul aria-label="Runs over time" className="flex h-28 items-stretch gap-px">
          {buckets.map((bucket) => (
            <Column key={bucket.from} bucket={bucket} most={most} flowName={flowName} />
          ))}
        </ul>
        <Ends left={absolute(buckets[0]?.from ?? now)} right="now" />
      </div>
    </Card>
  );
}

function Column({ bucket: { from, to, total, states }, most, flowName }: { bucket: Bucket; most: number; flowName: string }) {
  if (total === 0) {
    return (
      <li aria-hidden className="flex min-w-0 flex-1 items-end">
        <span className="h-0.5 w-full rounded bg-hover" />
      </li>
    );
  }
  const words = states.map(({ state, count }) => `${count} ${stateLook(state).label.toLowerCase()}`).join(', ');
  const path = runsPath({ flow: flowName, from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  return (
    <li className="min-w-0 flex-1">
      <AppLink href={path} title={`${absolute(from)}: ${words}`} aria-label={`${absolute(from)}: ${words}`} className="flex h-full flex-col-reverse gap-px rounded-sm hover:bg-hover">
        {states.map(({ state, count }) => (
          <span key={state} className="min-h-0.5 rounded-sm" style={{ height: `${(count / most) * 100}%`, background: stateLook(state).colour }} />
        ))}
      </AppLink>
    </li>
  );
}

const Ends = ({ left, right }: { left: string; right: string }) => (
  <div className="mt-1 flex justify-between text-2xs text-soft">
    <span>{left}</span>
    <span>{right}</span>
  </div>
);

export function DurationTrend({ runs }: { runs: FlowRuns }) {
  const oldestFirst = runs.toReversed().map(({ durationMs }) => durationMs ?? null);
  const known = oldestFirst.filter((one) => one !== null);
  const height = heightScale(oldestFirst);
  const line = rollingMedian(oldestFirst)
    .map((ms, at) => (ms === null ? null : `${((at + 0.5) / oldestFirst.length) * 100},${(1 - height(ms)) * 100}`))
    .filter(Boolean)
    .join(' ');
  return (
    <Card>
      <CardHeader title="Duration" actions={<span className="text-xs text-soft">line: rolling median of 9 · log scale</span>} />
      <div className="p-4">
        <div className="relative w-full" style={{ maxWidth: `${oldestFirst.length * 28}px` }}>
          <RunBars runs={runs} slots={runs.length} isWide className="h-28" />
          {known.length > 2 && (
            <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden className="pointer-events-none absolute inset-0 size-full">
              <polyline points={line} fill="none" stroke="var(--text)" strokeWidth={1.5} vectorEffect="non-scaling-stroke" strokeLinejoin="round" />
            </svg>
          )}
        </div>
        {known.length > 0 && <Ends left={`shortest ${duration(Math.min(...known))}`} right={`longest ${duration(Math.max(...known))}`} />}
      </div>
    </Card>
  );
}
