'use client';
/** One flow: what it does, how it goes, how it is run. */
import { lazy, Suspense, type ComponentType } from 'react';
import { EmptyState } from '@/components/notes';
import { Loaded, Page } from '@/components/page';
import { Skeleton, SkeletonRows } from '@/components/ui/surfaces';
import { TabPanel, Tabs } from '@/components/ui/tabs';
import { RunDialog } from '@/features/run-dialog';
import type { Permission } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useRouteParam } from '@/lib/route-param';
import { useShortcut } from '@/lib/shortcuts';
import { FlowHeader } from './header';
import { Overview } from './tabs/overview';
import { FlowProvider, useFlow, useFlowState, type Tab } from './use-flow';

interface TabPage {
  value: Tab;
  label: string;
  /** One of these. */
  requires?: readonly Permission[];
  Content: ComponentType;
}

const TAB_PAGES: readonly TabPage[] = [
  { value: 'overview', label: 'Overview', Content: Overview },
  { value: 'runs', label: 'Runs', requires: ['RUNS_READ'], Content: lazy(async () => ({ default: (await import('./tabs/runs')).Runs })) },
  { value: 'versions', label: 'Versions', Content: lazy(async () => ({ default: (await import('./tabs/versions')).Versions })) },
  { value: 'deployments', label: 'Deployments', requires: ['DEPLOYMENTS_READ'], Content: lazy(async () => ({ default: (await import('./tabs/deployments')).Deployments })) },
  { value: 'triggers', label: 'Schedules & sensors', requires: ['SCHEDULES_READ', 'SENSORS_READ'], Content: lazy(async () => ({ default: (await import('./tabs/triggers')).Triggers })) },
  { value: 'alerts', label: 'Alerts', requires: ['ALERTS_READ'], Content: lazy(async () => ({ default: (await import('./tabs/alerts')).Alerts })) },
  { value: 'code', label: 'Code', Content: lazy(async () => ({ default: (await import('./tabs/code')).Code })) },
  { value: 'settings', label: 'Settings', Content: lazy(async () => ({ default: (await import('./tabs/settings')).Settings })) },
];

export function FlowPage() {
  const name = useRouteParam();
  return (
    <Page title={name} requires="FLOWS_READ" key={name}>
      <Detail name={name} />
    </Page>
  );
}

function Detail({ name }: { name: string }) {
  const can = useCan();
  const [state, setState] = useFlowState();
  const { query, variables } = useFlow(name, state.version);
  const pages = TAB_PAGES.filter(({ requires }) => !requires || requires.some(can));
  const tab = pages.some(({ value }) => value === state.tab) ? state.tab : 'overview';
  const go = (value: Tab) => void setState({ tab: value, task: null, from: null, to: null, file: null });
  return (
    <Loaded query={query} skeleton={<Bones />} missing={<Missing name={name} version={state.version} onLatest={() => void setState({ version: null })} />}>
      {({ flow, runs }) =>
        flow && (
          <FlowProvider value={{ flow, runs: runs?.nodes ?? null, state, setState }}>
            <FlowHeader variables={variables} />
            <Tabs label="About this flow" value={tab} onChange={go} tabs={pages}>
              {pages.map(({ value, Content }) => (
                <TabPanel key={value} value={value}>
                  <Suspense fallback={<SkeletonRows />}>{value === tab && <Content />}</Suspense>
                </TabPanel>
              ))}
            </Tabs>
            {pages.map(({ value, label }, at) => (
              <TabKey key={value} number={at + 1} label={label} onPress={() => go(value)} />
            ))}
            <RunDialog open={state.run !== null} deploymentName={state.run || undefined} flowName={flow.name} onOpenChange={(open) => !open && setState({ run: null }, { history: 'replace' })} />
          </FlowProvider>
        )
      }
    </Loaded>
  );
}

function TabKey({ number, label, onPress }: { number: number; label: string; onPress: () => void }) {
  useShortcut(String(number), label, onPress);
  return null;
}

function Bones() {
  return (
    <div className="grid gap-4">
      <Skeleton className="h-12 max-w-96" />
      <Skeleton className="h-9" />
      <Skeleton className="h-16" />
      <Skeleton className="h-72" />
    </div>
  );
}

function Missing({ name, version, onLatest }: { name: string; version: string | null; onLatest: () => void }) {
  if (version) {
    return (
      <EmptyState
        title={`${name} has no version ${version}`}
        action={
          <button type="button" className="link" onClick={onLatest}>
            Show the latest version
          </button>
        }
      />
    );
  }
  return (
    <EmptyState title={`Flow ${name} not found`} snippet="dagy flows list">
      It may belong to another organization.
    </EmptyState>
  );
}
