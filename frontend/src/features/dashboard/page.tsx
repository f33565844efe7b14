'use client';
/** What happened lately. */
import { AppLink } from '@/components/app-link';
import { Loaded, Page, PageHeader } from '@/components/page';
import { NoRuns } from '@/features/runs/page';
import { RunTable } from '@/features/runs/run-table';
import { useRuns } from '@/features/runs/use-runs';

const SHOWN = 15;

export function DashboardPage() {
  return (
    <Page title="Dashboard" requires="RUNS_READ">
      <RecentRuns />
    </Page>
  );
}

function RecentRuns() {
  const { query } = useRuns(SHOWN);
  return (
    <>
      <PageHeader title="Dashboard" />
      <div className="flex items-baseline justify-between">
        <h2 className="font-semibold">Recent runs</h2>
        <AppLink href="/runs" className="link">
          All runs
        </AppLink>
      </div>
      <Loaded query={query}>
        {({ runs }) => (runs.nodes.length > 0 ? <RunTable runs={runs.nodes} /> : <NoRuns />)}
      </Loaded>
    </>
  );
}
