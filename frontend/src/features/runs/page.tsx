'use client';
/** All runs: found, watched, and acted on together. */
import { Play } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import { CopyMenu } from '@/components/copy-menu';
import { Loaded, Page, PageHeader } from '@/components/page';
import { Button } from '@/components/ui/button';
import { SkeletonRows } from '@/components/ui/surfaces';
import { RunRowsDocument } from '@/gql/graphql';
import { useAction } from '@/lib/actions';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { asCommand } from './as-command';
import { ExportMenu } from './export-menu';
import { FilterBar } from './filters/bar';
import { SearchBox } from './filters/search-box';
import { counted, StateChips } from './filters/state-chips';
import { tagsOf } from './grid/cells';
import { readableColumns } from './grid/columns';
import { constantColumns, type Constant } from './grid/constants';
import type { RunRow } from './live-rows';
import { hasUsualColumns, useLook } from './use-look';
import { usePeek } from './use-peek';
import { useRunList } from './use-run-list';
import { useRunView } from './use-run-view';
import { useTotals, type Totals } from './use-totals';
import { ViewButton } from './views/view-button';

// Asked for with the page, and not part of it: rows need the server's answer anyway.
const loadedList = import('./list');
const List = lazy(() => loadedList.then(({ List }) => ({ default: List })));
const ViewMenu = lazy(() => import('./views/menu'));
const LookMenu = lazy(() => import('./look-menu').then(({ LookMenu }) => ({ default: LookMenu })));
const NoneHere = lazy(() => import('./empty'));
const Strip = lazy(() => import('./timeline/strip'));
const RunDialog = lazy(() => import('@/features/run-dialog').then((found) => ({ default: found.RunDialog })));

export function RunsPage() {
  return (
    <Page title="Runs" requires="RUNS_READ" className="h-full">
      <Runs />
    </Page>
  );
}

function Runs() {
  const can = useCan();
  const [environment] = useEnvironment();
  const state = useRunView();
  const { view, filter, change, clear, isFiltered } = state;
  const [look, setLook] = useLook();
  const list = useRunList(filter, view, look.columns.includes('tasks'));
  const totals = useTotals(state);
  const [, peek] = usePeek();
  const [isStarting, setStarting] = useState(false);
  const columns = useMemo(() => readableColumns(can), [can]);
  const constants = useMemo(() => (hasUsualColumns(look) ? constantColumns(columns, list.rows) : []), [columns, list.rows, look]);
  const tags = useMemo(() => frequentTags(list.rows), [list.rows]);
  // Thousands of marks may come a moment after the rows.
  const marked = useDeferredValue(list.rows);
  const mayStart = can('RUNS_TRIGGER') && can('DEPLOYMENTS_READ');
  const start = () => setStarting(true);
  useAction('Run a flow', start, { enabled: mayStart, keywords: 'start trigger new' });
  return (
    <>
      <PageHeader
        title={
          <>
            Runs <Found totals={totals} isFiltered={isFiltered} />
          </>
        }
        actions={
          <>
            <ExportMenu filter={filter} />
            <CopyMenu operation={{ document: RunRowsDocument, variables: list.variables }} cli={asCommand(view, environment, Date.now()) ?? undefined} />
            {mayStart && (
              <Button variant="primary" onClick={start}>
                <Play aria-hidden /> Run a flow
              </Button>
            )}
          </>
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-2" data-no-print>
        <div className="flex flex-wrap items-start gap-1.5">
          <Suspense fallback={<ViewButton name={null} />}>
            <ViewMenu view={view} look={look} filter={filter} />
          </Suspense>
          <SearchBox value={view.q} onChange={(q) => change({ q }, { replace: true })} />
          <FilterBar state={state} tags={tags} />
          <Suspense>
            <LookMenu columns={columns} look={look} onChange={setLook} />
          </Suspense>
        </div>
        <div className="flex min-w-0 items-center gap-3">
          <StateChips counts={totals.counts} chosen={view.state} onChange={(states) => change({ state: states })} />
          <Constants constants={constants} />
        </div>
      </div>
      <Loaded query={list.query} skeleton={<SkeletonRows rows={14} />}>
        {() => {
          if (list.rows.length > 0) {
            return (
              <>
                {look.strip && (
                  <div className="h-[92px] shrink-0 rounded-lg border border-line bg-surface max-sm:hidden" data-no-print>
                    <Suspense>
                      <Strip rows={marked} onBrush={(from, to) => change({ from, to, last: null })} onPick={({ slug }) => peek(slug)} />
                    </Suspense>
                  </div>
                )}
                <Suspense fallback={<SkeletonRows rows={14} />}>
                  <List list={list} state={state} totals={totals} columns={columns.filter(({ id }) => !constants.some((one) => one.id === id))} look={look} />
                </Suspense>
              </>
            );
          }
          return (
            <Suspense>
              <NoneHere isFiltered={isFiltered} onClear={clear} onStart={mayStart ? start : null} />
            </Suspense>
          );
        }}
      </Loaded>
      {isStarting && (
        <Suspense>
          <RunDialog open onOpenChange={setStarting} />
        </Suspense>
      )}
    </>
  );
}

function Found({ totals: { total, isCapped }, isFiltered }: { totals: Totals; isFiltered: boolean }) {
  if (total === null) return null;
  return (
    <span className="ml-1 text-sm font-normal tracking-normal text-soft">
      {counted({ count: total, isCapped })}
      {isFiltered && ' found'}
    </span>
  );
}

/** What all runs of the list have in common, in place of a column that says it in each row. */
function Constants({ constants }: { constants: readonly Constant[] }) {
  const shown = constants.filter(({ value }) => value !== null);
  if (shown.length === 0) return null;
  return (
    <p className="ml-auto shrink-0 truncate text-xs text-soft max-xl:hidden" title="The same for all runs of the list, so it has no column">
      All: {shown.map(({ label, value }) => `${label.toLowerCase()} ${value}`).join(' · ')}
    </p>
  );
}

const SAMPLE = 500;

/** Those that most of the loaded runs have, first. */
function frequentTags(rows: readonly RunRow[]): string[] {
  const counts = new Map<string, number>();
  for (const tag of rows.slice(0, SAMPLE).flatMap(tagsOf)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).map(([tag]) => tag);
}
