'use client';
/** The latest runs, live. */
import { CopyMenu } from '@/components/copy-menu';
import { EmptyState } from '@/components/notes';
import { Loaded, Page, PageHeader } from '@/components/page';
import { RunListDocument } from '@/gql/graphql';
import { RunTable } from './run-table';
import { useRuns } from './use-runs';

const SHOWN = 50;

export function RunsPage() {
  return (
    <Page title="Runs" requires="RUNS_READ">
      <Runs />
    </Page>
  );
}

function Runs() {
  const { query, variables } = useRuns(SHOWN);
  return (
    <>
      <PageHeader title="Runs" actions={<CopyMenu operation={{ document: RunListDocument, variables }} cli="dagy runs list" />} />
      <Loaded query={query}>
        {({ runs }) => (runs.nodes.length > 0 ? <RunTable runs={runs.nodes} /> : <NoRuns />)}
      </Loaded>
    </>
  );
}

export function NoRuns() {
  return (
    <EmptyState title="No runs yet" snippet="dagy trigger DEPLOYMENT">
      Start a deployment, and watch it here. <code>dagy deployments list</code> names them.
    </EmptyState>
  );
}
