'use client';
/** One run: how it is, what went wrong, its tasks. */
import { AppLink, flowPath } from '@/components/app-link';
import { CopyMenu } from '@/components/copy-menu';
import { EmptyState } from '@/components/notes';
import { Loaded, Page, PageHeader } from '@/components/page';
import { StateBadge } from '@/components/state';
import { Duration, RelativeTime } from '@/components/time';
import { RunDetailDocument, type RunDetailQuery } from '@/gql/graphql';
import { sentence } from '@/lib/format';
import { useRouteParam } from '@/lib/route-param';
import { TaskTable } from './task-table';
import { useRun } from './use-run';

export type Run = NonNullable<RunDetailQuery['run']>;

export function RunPage() {
  const slug = useRouteParam();
  return (
    <Page title={slug} requires="RUNS_READ" key={slug}>
      <Detail slug={slug} />
    </Page>
  );
}

function Detail({ slug }: { slug: string }) {
  const { query, variables } = useRun(slug);
  return (
    <Loaded query={query} missing={<Missing slug={slug} />}>
      {({ run }) =>
        run && (
          <>
            <PageHeader
              title={
                <span className="inline-flex flex-wrap items-center gap-2">
                  {run.slug} <StateBadge state={run.state} />
                </span>
              }
              about={<About run={run} />}
              actions={<CopyMenu operation={{ document: RunDetailDocument, variables }} cli={`dagy runs show ${run.slug}`} />}
            />
            {run.error && <Failure error={run.error} />}
            <TaskTable tasks={run.taskRuns.nodes} />
          </>
        )
      }
    </Loaded>
  );
}

function About({ run }: { run: Run }) {
  return (
    <span className="flex flex-wrap gap-x-3">
      {run.flow && (
        <AppLink href={flowPath(run.flow.name)} className="link">
          {run.flow.name} {run.flow.version}
        </AppLink>
      )}
      <span>{sentence(run.trigger)}</span>
      <span>{sentence(run.executor)}</span>
      <RelativeTime at={run.createdAt} />
      <Duration ms={run.durationMs} start={run.startedAt} end={run.finishedAt} />
    </span>
  );
}

function Failure({ error }: { error: NonNullable<Run['error']> }) {
  return (
    <div role="alert" className="rounded-lg border border-bad-line bg-bad-soft px-4 py-3 text-bad">
      <p className="font-medium break-words whitespace-pre-wrap">{error.message}</p>
      {error.hint && <p className="mt-1">{error.hint}</p>}
    </div>
  );
}

function Missing({ slug }: { slug: string }) {
  return (
    <EmptyState title={`There is no run ${slug}`} snippet="dagy runs list">
      It may have been pruned, or belongs to another organization.
    </EmptyState>
  );
}
