'use client';
/** How runs go, at a glance and live; every number leads to its runs. */
import { lazy, Suspense } from 'react';
import { CopyMenu } from '@/components/copy-menu';
import { EmptyState } from '@/components/notes';
import { Loaded, Page, PageHeader } from '@/components/page';
import { Button } from '@/components/ui/button';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { DashboardDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { cn } from '@/lib/cn';
import { useEnvironment } from '@/lib/environment';
import { useShortcut } from '@/lib/shortcuts';
import { Attention } from './attention';
import { DashboardBones } from './bones';
import { Capacity } from './capacity';
import { Chart } from './chart';
import { RANGE_WORDS, RANGES, useRange, type Range } from './range';
import { RecentRuns } from './recent-runs';
import { RunAFlow } from './run-button';
import { Tiles } from './tiles';
import { TopFlows } from './top-flows';
import { useDashboard } from './use-dashboard';

const FirstUse = lazy(() => import('./first-use'));

export function DashboardPage() {
  return (
    <Page title="Dashboard" requires="RUNS_READ">
      <Dashboard />
    </Page>
  );
}

function Dashboard() {
  const [range, setRange] = useRange();
  const [environment, setEnvironment] = useEnvironment();
  const can = useCan();
  const { query, variables, runs } = useDashboard(range);
  const isFirst = query.data !== undefined && runs.length === 0;
  const gone = (
    <EmptyState title={`Environment ${environment} not found`} action={<Button onClick={() => setEnvironment(null)}>Show all environments</Button>} />
  );
  return (
    <>
      <RangeKeys onChoose={setRange} />
      <PageHeader
        title="Dashboard"
        actions={
          <>
            {!isFirst && <ToggleGroup label="Range" value={range} onChange={setRange} options={RANGE_OPTIONS} />}
            {!isFirst && (
              <span className="max-sm:hidden">
                <CopyMenu operation={{ document: DashboardDocument, variables }} />
              </span>
            )}
            {can('RUNS_TRIGGER') && !isFirst && <RunAFlow />}
          </>
        }
      />
      <Loaded query={query} skeleton={<DashboardBones />} missing={gone}>
        {({ dashboard, health }) =>
          isFirst ? (
            <Suspense fallback={<DashboardBones />}>
              <FirstUse />
            </Suspense>
          ) : (
            <div
              aria-busy={query.isPlaceholderData}
              className={cn('grid gap-4 transition-opacity', query.isPlaceholderData && 'opacity-60')}
            >
              <Tiles dashboard={dashboard} range={range} />
              <div className="grid items-stretch gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
                <Chart dashboard={dashboard} range={range} />
                <Attention items={dashboard.attention} />
              </div>
              <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
                <RecentRuns runs={runs} />
                <div className="grid gap-4">
                  <TopFlows flows={dashboard.topFlows} from={dashboard.from} range={range} />
                  <Capacity workers={dashboard.workers} health={health} />
                </div>
              </div>
            </div>
          )
        }
      </Loaded>
    </>
  );
}

const RANGE_OPTIONS = RANGES.map((range) => ({ value: range, label: range, name: `Show ${RANGE_WORDS[range].last}` }));

function RangeKeys({ onChoose }: { onChoose: (range: Range) => void }) {
  return RANGES.map((range, index) => <RangeKey key={range} digit={String(index + 1)} range={range} onChoose={onChoose} />);
}

function RangeKey({ digit, range, onChoose }: { digit: string; range: Range; onChoose: (range: Range) => void }) {
  useShortcut(digit, `Show ${RANGE_WORDS[range].last}`, () => onChoose(range));
  return null;
}
