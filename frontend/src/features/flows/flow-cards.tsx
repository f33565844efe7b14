'use client';
/** A card for each flow. */
import { AppLink, flowPath } from '@/components/app-link';
import { RunBars } from '@/components/run-bars';
import { RelativeTime } from '@/components/time';
import { Badge, Skeleton } from '@/components/ui/surfaces';
import { duration, plural, sentence } from '@/lib/format';
import { creatorName } from '@/lib/started-by';
import { deploymentCount, RowButtons, Schedules, share, Tags, type RowActions } from './flow-parts';
import type { Flow } from './live';
import { ROW_LINK } from './use-row-keys';

const grid = 'grid grid-cols-[repeat(auto-fill,minmax(min(100%,300px),1fr))] gap-2';

export function FlowCards({ flows, actions }: { flows: readonly Flow[]; actions: RowActions }) {
  const hasNamespaces = flows.some((flow) => flow.namespace);
  return (
    <ul aria-label="Flows" className={grid}>
      {flows.map((flow) => (
        <FlowCard key={flow.name} flow={flow} actions={actions} hasNamespaces={hasNamespaces} />
      ))}
    </ul>
  );
}

function FlowCard({ flow, actions, hasNamespaces }: { flow: Flow; actions: RowActions; hasNamespaces: boolean }) {
  return (
    <li className="flex min-w-0 flex-col gap-1.5 rounded-lg border border-line bg-surface p-3 [contain-intrinsic-size:auto_150px] [content-visibility:auto] focus-within:border-line-strong hover:border-line-strong">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          {hasNamespaces && <p className="min-h-4 truncate font-mono text-2xs text-soft">{flow.namespace}</p>}
          <AppLink href={flowPath(flow.name)} {...{ [ROW_LINK]: '' }} className="text-base font-semibold break-all hover:underline">
            {flow.name}
          </AppLink>
        </div>
        <RowButtons flow={flow} actions={actions} />
      </div>
      {flow.description && (
        <p className="truncate text-soft" title={flow.description}>
          {flow.description}
        </p>
      )}
      {flow.statistics && <LastRuns statistics={flow.statistics} />}
      <div className="flex flex-wrap items-center gap-1 empty:hidden">
        {flow.status === 'INACTIVE' && <Badge className="text-warn!">archived</Badge>}
        <Tags tags={flow.tags} />
      </div>
      <Facts flow={flow} />
    </li>
  );
}

function LastRuns({ statistics: { runs, successRate, p50DurationMs, latest } }: { statistics: NonNullable<Flow['statistics']> }) {
  const [newest] = latest;
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-1">
      <RunBars runs={latest} />
      <div className="ml-auto text-right text-xs">
        {runs === 0 ? (
          <span className="text-soft">no runs yet</span>
        ) : (
          <>
            <div title={`Of the last ${plural(runs, 'run')}`}>
              {successRate != null && (
                <>
                  <span className="font-medium">{share(successRate)}</span> <span className="text-soft">succeeded</span>
                </>
              )}
              {p50DurationMs != null && <span className="text-soft"> · {duration(p50DurationMs)}</span>}
            </div>
            {newest && (
              <div className="text-soft">
                ran <RelativeTime at={newest.createdAt} />
              </div>
            )}
          </>
        )}
      </div>
    </div>
  );
}

function Facts({ flow }: { flow: Flow }) {
  const deployments = deploymentCount(flow);
  return (
    <div className="mt-auto flex flex-wrap gap-x-3 gap-y-0.5 border-t border-line pt-1.5 text-xs text-soft">
      <span title="Latest version" className="max-w-32 truncate font-mono text-2xs leading-5">
        {flow.version}
      </span>
      {flow.defaultExecutor && <span>{sentence(flow.defaultExecutor)}</span>}
      {deployments !== null && <span title="Of the latest version">{deployments === '1' ? '1 deployment' : `${deployments} deployments`}</span>}
      <Schedules flow={flow} />
      {flow.creator && <span className="max-w-40 truncate">{creatorName(flow.creator)}</span>}
      <span>
        deployed <RelativeTime at={flow.createdAt} />
      </span>
    </div>
  );
}

export function BonesOfCards() {
  return (
    <div role="status" aria-label="Loading" className={grid}>
      {Array.from({ length: 6 }, (_, card) => (
        <Skeleton key={card} className="h-36 rounded-lg!" />
      ))}
    </div>
  );
}
