'use client';
/** The page below its loading: header, what is wrong, tabs, the selected task at the side. */
import { lazy, Suspense, useMemo } from 'react';
import { TabPanel, Tabs } from '@/components/ui/tabs';
import { SkeletonRows } from '@/components/ui/surfaces';
import type { RunDetailQueryVariables } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useShortcut } from '@/lib/shortcuts';
import { FailureBanner } from './header/failure-banner';
import { Header } from './header/header';
import { WaitingBanner } from './header/waiting-banner';
import { Summary } from './print-summary';
import { countsOfRun, nextFailed } from './progress';
import { useRunPage } from './run-context';
import { TABS, type Tab } from './url';

const loadOverview = () => import('./tabs/overview');

/** Comes while the run is still being read: most people look at the overview first. */
export function loadAhead(tab: Tab): void {
  if (tab === 'overview') void loadOverview().then(({ loadPanes }) => loadPanes());
}

const PANELS = {
  overview: lazy(loadOverview),
  tasks: lazy(() => import('./tabs/tasks')),
  logs: lazy(() => import('./tabs/logs')),
  values: lazy(() => import('./tabs/values')),
  events: lazy(() => import('./tabs/events')),
  files: lazy(() => import('./tabs/files')),
  compare: lazy(() => import('./tabs/compare')),
} as const;
const TaskPanel = lazy(() => import('./task/task-panel'));

const LABELS: Record<Tab, string> = {
  overview: 'Overview',
  tasks: 'Tasks',
  logs: 'Logs',
  values: 'Inputs & outputs',
  events: 'Events',
  files: 'Files',
  compare: 'Compare',
};

interface Props {
  tab: Tab;
  onTab: (tab: Tab) => void;
  variables: RunDetailQueryVariables;
}

export function RunView({ tab, onTab, variables }: Props) {
  const { run, model, selected } = useRunPage();
  const tabs = useTabs();
  const shown = tabs.includes(tab) ? tab : 'overview';
  const count = useMemo(() => countsOfRun(run, model).total, [run, model]);
  const Panel = PANELS[shown];
  return (
    <>
      <Header variables={variables} />
      <WaitingBanner />
      <FailureBanner isBrief={shown !== 'overview'} />
      <Keys tabs={tabs} onTab={onTab} />
      <div className="flex min-h-0 flex-1 gap-4 print:hidden">
        <Tabs
          label="Parts of the run"
          value={shown}
          onChange={onTab}
          tabs={tabs.map((value) => ({ value, label: LABELS[value], count: value === 'tasks' && count > 0 ? count : null }))}
          className="flex min-w-0 flex-1 flex-col"
        >
          <TabPanel value={shown} className="flex min-h-0 flex-1 flex-col">
            <Suspense fallback={<SkeletonRows />}>
              <Panel />
            </Suspense>
          </TabPanel>
        </Tabs>
        {selected !== null && (
          <Suspense>
            <TaskPanel key={selected} />
          </Suspense>
        )}
      </div>
      <Summary />
    </>
  );
}

/** Those that the viewer may read. */
function useTabs(): readonly Tab[] {
  const mayReadPayloads = useCan()('PAYLOADS_READ');
  return useMemo(() => TABS.filter((tab) => mayReadPayloads || !['logs', 'values', 'files'].includes(tab)), [mayReadPayloads]);
}

function Keys({ tabs, onTab }: { tabs: readonly Tab[]; onTab: (tab: Tab) => void }) {
  const { model, selected, select } = useRunPage();
  const step = (by: 1 | -1) => {
    const next = nextFailed(model, selected, by);
    if (next) select(next);
  };
  useShortcut('[', 'Previous failed task', () => step(-1));
  useShortcut(']', 'Next failed task', () => step(1));
  useShortcut('Escape', 'Close the task', () => select(null), { enabled: selected !== null });
  return tabs.map((tab, at) => <TabKey key={tab} digit={at + 1} tab={tab} onTab={onTab} />);
}

function TabKey({ digit, tab, onTab }: { digit: number; tab: Tab; onTab: (tab: Tab) => void }) {
  useShortcut(`${digit}`, LABELS[tab], () => onTab(tab));
  return null;
}
