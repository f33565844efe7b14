'use client';
/** Graph, timeline and log side by side: what is selected in one is selected in all. */
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { lazy, Suspense, type ReactNode } from 'react';
import { Skeleton } from '@/components/ui/surfaces';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { useCan } from '@/lib/can';
import { useNarrow } from '@/lib/use-narrow';
import { LogView } from '../logs/log-view';
import { useRunPage } from '../run-context';
import { Split } from '../split';

const loadGraph = () => import('../graph/graph');
const loadGantt = () => import('../gantt/gantt');
const RunGraph = lazy(loadGraph);
const Gantt = lazy(loadGantt);

export function loadPanes(): void {
  void loadGraph();
  void loadGantt();
}

const NARROW_PX = 1024;
const PARTS = ['graph', 'time', 'log'] as const;
const HEIGHT = 'h-[max(560px,calc(100dvh-230px))]';

export default function Overview() {
  const isNarrow = useNarrow(NARROW_PX);
  return isNarrow ? <OneByOne /> : <SideBySide />;
}

function SideBySide() {
  const mayReadLog = useCan()('PAYLOADS_READ');
  const upper = <Split direction="row" name="run-graph" label="Width of the graph" share={52} first={<Graph />} second={<Time />} />;
  return (
    <div className={`flex ${HEIGHT}`}>
      {mayReadLog ? <Split direction="column" name="run-log" label="Height of the graph" share={62} first={upper} second={<LogView />} /> : upper}
    </div>
  );
}

function OneByOne() {
  const mayReadLog = useCan()('PAYLOADS_READ');
  const [part, setPart] = useQueryState('view', parseAsStringLiteral(PARTS).withDefault('graph'));
  const options = [
    { value: 'graph', label: 'Graph' },
    { value: 'time', label: 'Timeline' },
    ...(mayReadLog ? [{ value: 'log', label: 'Log' } as const] : []),
  ] as const;
  return (
    <div className={`flex flex-col gap-3 ${HEIGHT}`}>
      <ToggleGroup label="What is shown" value={part} onChange={(next) => void setPart(next)} options={options} className="self-start" />
      <div className="flex min-h-0 flex-1">{part === 'time' ? <Time /> : part === 'log' && mayReadLog ? <LogView /> : <Graph />}</div>
    </div>
  );
}

function Graph() {
  return (
    <Pane empty="No tasks yet.">
      <RunGraph />
    </Pane>
  );
}

function Time() {
  return (
    <Pane empty="No tasks have run yet.">
      <Gantt />
    </Pane>
  );
}

function Pane({ children, empty }: { children: ReactNode; empty: string }) {
  const { model } = useRunPage();
  if (model.tasks.size === 0) {
    return <p className="flex flex-1 items-center justify-center rounded-lg border border-line bg-surface p-6 text-soft">{empty}</p>;
  }
  return <Suspense fallback={<Skeleton className="min-h-0 flex-1 rounded-lg" />}>{children}</Suspense>;
}
