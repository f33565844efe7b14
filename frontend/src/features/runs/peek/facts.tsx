'use client';
import type { ReactNode } from 'react';
import { AppLink, flowPath, runPath } from '@/components/app-link';
import { Duration, RelativeTime } from '@/components/time';
import type { RunPeekQuery } from '@/gql/graphql';
import { sentence } from '@/lib/format';
import { startedBy } from '@/lib/started-by';

type Run = NonNullable<RunPeekQuery['run']>;

export function PeekFacts({ run }: { run: Run }) {
  const tags = Object.entries((run.tags ?? {}) as Record<string, string>);
  return (
    <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      {run.flow && (
        <Fact name="Flow">
          <AppLink href={flowPath(run.flow.name)} className="link">
            {run.flow.name}
          </AppLink>
          <span className="text-soft">{run.flow.version}</span>
        </Fact>
      )}
      {run.deployment && <Fact name="Deployment">{run.deployment.name}</Fact>}
      {run.environment && <Fact name="Environment">{run.environment.name}</Fact>}
      <Fact name="Started">{startedBy(run)}</Fact>
      {run.retryOf && (
        <Fact name="Retry of">
          <AppLink href={runPath(run.retryOf.slug)} className="link">
            {run.retryOf.slug}
          </AppLink>
        </Fact>
      )}
      <Fact name="Executor">
        {sentence(run.executor)}
        <span className="text-soft">· {run.routing.reason}</span>
      </Fact>
      <Fact name="Created">
        <RelativeTime at={run.createdAt} />
      </Fact>
      <Fact name="Waited">
        <Duration ms={run.queueMs} start={run.state === 'QUEUED' ? run.createdAt : null} />
      </Fact>
      <Fact name="Duration">
        <Duration ms={run.durationMs} start={run.startedAt} end={run.finishedAt} />
        {run.attempt > 1 && <span className="text-soft"> · attempt {run.attempt}</span>}
      </Fact>
      {tags.length > 0 && <Fact name="Tags">{tags.map(([name, value]) => `${name}=${value}`).join(', ')}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-soft">{name}</dt>
      <dd className="flex min-w-0 flex-wrap gap-x-1.5 break-words">{children}</dd>
    </>
  );
}
