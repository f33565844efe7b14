'use client';
/** The catalog: every flow by its latest version, how its last runs went, and a button to run it. */
import { lazy, Suspense, useState } from 'react';
import { CopyMenu } from '@/components/copy-menu';
import { Loaded, Page, PageHeader } from '@/components/page';
import { Button } from '@/components/ui/button';
import { SkeletonRows } from '@/components/ui/surfaces';
import { RunDialog } from '@/features/run-dialog';
import { FlowListDocument } from '@/gql/graphql';
import { useAction } from '@/lib/actions';
import { useCan } from '@/lib/can';
import { plural } from '@/lib/format';
import { useNarrow } from '@/lib/use-narrow';
import { BonesOfCards, FlowCards } from './flow-cards';
import { FlowTable } from './flow-table';
import type { RowActions } from './flow-parts';
import { LoadMore } from './load-more';
import { NoFlows } from './no-flows';
import { Toolbar } from './toolbar';
import { useCatalogState, useFlows } from './use-flows';
import { useRowKeys } from './use-row-keys';

const ArchiveFlow = lazy(() => import('@/components/archive-flow'));

export function FlowsPage() {
  return (
    <Page title="Flows" requires="FLOWS_READ">
      <Catalog />
    </Page>
  );
}

function Catalog() {
  const [state, setState] = useCatalogState();
  const { query, variables } = useFlows(state);
  const [archiving, setArchiving] = useState<string | null>(null);
  const can = useCan();
  const isNarrow = useNarrow();
  const shape = state.view ?? (isNarrow ? 'cards' : 'table');
  const total = query.data?.pages[0]?.flows.totalCount;
  const actions: RowActions = { onRun: (name) => void setState({ run: name }), onArchive: setArchiving };
  const mayRun = can('RUNS_TRIGGER') && can('DEPLOYMENTS_READ');
  useRowKeys();
  useAction('Run a flow …', () => void setState({ run: '' }), { enabled: mayRun, keywords: 'start trigger' });
  return (
    <>
      <PageHeader
        title="Flows"
        about={total == null ? undefined : plural(total, 'flow')}
        actions={
          <>
            <CopyMenu operation={{ document: FlowListDocument, variables }} cli={cliOf(state)} />
            {mayRun && (
              <Button variant="primary" onClick={() => void setState({ run: '' })}>
                Run a flow
              </Button>
            )}
          </>
        }
      />
      <Toolbar state={state} shape={shape} setState={setState} />
      <Loaded query={query} skeleton={shape === 'cards' ? <BonesOfCards /> : <SkeletonRows rows={10} />}>
        {({ pages }) => {
          const flows = pages.flatMap((page) => page.flows.nodes);
          if (flows.length === 0) return <NoFlows state={state} onClear={() => void setState({ q: null, ns: null, status: null })} />;
          return (
            <div className="grid gap-4" aria-busy={query.isPlaceholderData}>
              {shape === 'cards' ? <FlowCards flows={flows} actions={actions} /> : <FlowTable flows={flows} actions={actions} />}
              {query.hasNextPage && <LoadMore shown={flows.length} total={total} isLoading={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />}
            </div>
          );
        }}
      </Loaded>
      <RunDialog open={state.run !== null} flowName={state.run || undefined} onOpenChange={(open) => !open && setState({ run: null }, { history: 'replace' })} />
      <Suspense>{archiving && <ArchiveFlow name={archiving} onDone={() => setArchiving(null)} />}</Suspense>
    </>
  );
}

function cliOf({ q, ns }: { q: string; ns: string | null }): string {
  return ['dagy flows list', ns && `--namespace ${ns}`, q && `--search '${q.replaceAll("'", "'\\''")}'`].filter(Boolean).join(' ');
}
