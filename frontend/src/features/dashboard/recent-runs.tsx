'use client';
/** The newest runs, live. Nothing moves under a pointer: what is new waits above until it leaves. */
import { useState } from 'react';
import { AppLink, flowPath, runPath } from '@/components/app-link';
import { StateBadge } from '@/components/state';
import { Duration, RelativeTime } from '@/components/time';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { sentence } from '@/lib/format';
import { heldRows, newCount } from './live-rows';
import type { DashboardRun } from './use-dashboard';

const SHOWN = 10;

export function RecentRuns({ runs }: { runs: readonly DashboardRun[] }) {
  const [openedAt] = useState(Date.now);
  const { rows, waiting, release, holding } = useHeld(runs);
  return (
    <Card aria-label="Recent runs" {...holding}>
      <CardHeader
        title="Recent runs"
        actions={
          <span className="flex items-center gap-3">
            {waiting > 0 && (
              <button type="button" onClick={release} className="animate-pop rounded-full bg-accent-soft px-2.5 py-0.5 text-xs font-medium text-accent">
                {waiting} new
              </button>
            )}
            <AppLink href="/runs" className="link">
              All runs
            </AppLink>
          </span>
        }
      />
      <ol className={rows.length === SHOWN ? 'min-h-[25rem] overflow-hidden max-sm:min-h-[36rem]' : undefined}>
        {rows.map((run) => (
          <RunRow key={run.id} run={run} isNew={Date.parse(run.createdAt) > openedAt} />
        ))}
      </ol>
    </Card>
  );
}

/** While a pointer or the focus is inside, the rows stay as they are; only what they say changes. */
function useHeld(runs: readonly DashboardRun[]) {
  const [held, setHeld] = useState<readonly DashboardRun[] | null>(null);
  const newest = runs.slice(0, SHOWN);
  const hold = () => setHeld((was) => was ?? newest);
  const release = () => setHeld(null);
  return {
    rows: held ? heldRows(held, runs) : newest,
    waiting: held ? newCount(held, runs) : 0,
    release,
    holding: {
      onPointerEnter: hold,
      onPointerLeave: release,
      onFocus: hold,
      onBlur: ({ currentTarget, relatedTarget }: React.FocusEvent) => {
        if (!currentTarget.contains(relatedTarget)) release();
      },
    },
  };
}

function RunRow({ run, isNew }: { run: DashboardRun; isNew: boolean }) {
  return (
    <li className={`grid border-b border-line last:border-0 ${isNew ? 'animate-grow' : ''}`}>
      <div className="grid min-h-0 grid-cols-[6.75rem_minmax(0,1fr)_auto] items-center gap-x-3 overflow-hidden px-4 hover:bg-hover/60 max-sm:py-2 sm:h-[39px] sm:grid-cols-[6.75rem_minmax(0,1.5fr)_minmax(0,1fr)_4.5rem_4.5rem] 2xl:grid-cols-[6.75rem_minmax(0,1.5fr)_minmax(0,1fr)_5rem_4.5rem_4.5rem]">
        <span>
          <StateBadge state={run.state} />
        </span>
        <AppLink href={runPath(run.slug)} className="link truncate font-medium">
          {run.slug}
        </AppLink>
        {run.flow ? (
          <AppLink href={flowPath(run.flow.name)} className="truncate hover:underline max-sm:col-start-2 max-sm:row-start-2 max-sm:text-xs max-sm:text-soft">
            {run.flow.name}
          </AppLink>
        ) : (
          <span />
        )}
        <span className="truncate text-soft max-2xl:hidden">{sentence(run.trigger)}</span>
        <span className="text-right max-sm:col-start-3 max-sm:row-start-1">
          <Duration ms={run.durationMs} start={run.startedAt} end={run.finishedAt} />
        </span>
        <RelativeTime at={run.createdAt} className="text-right text-soft max-sm:col-start-3 max-sm:row-start-2 max-sm:text-xs" />
      </div>
    </li>
  );
}
