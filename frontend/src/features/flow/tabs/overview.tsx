'use client';
/** At a glance: the graph of the version, how its runs went, what it takes. */
import { EmptyState } from '@/components/notes';
import { RelativeTime } from '@/components/time';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { duration, plural, sentence } from '@/lib/format';
import { membersOf, wordFor, type Schema } from '@/features/run-dialog/schema';
import { useMemo, type ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { writeJson } from '@/lib/json';
import { creatorName } from '@/lib/started-by';
import { SpecGraph } from '../graph/spec-graph';
import { TaskPanel } from '../graph/task-panel';
import { DurationTrend, RunHistory } from '../history-chart';
import { specOf } from '../spec';
import { useFlowView, type Flow } from '../use-flow';

export function Overview() {
  const { flow, runs } = useFlowView();
  return (
    <div className="grid gap-4">
      <Numbers flow={flow} />
      <Graph flow={flow} />
      {runs && runs.length > 0 && (
        <div className="grid gap-4 lg:grid-cols-2">
          <RunHistory flowName={flow.name} runs={runs} />
          <DurationTrend runs={runs} />
        </div>
      )}
      {runs?.length === 0 && (
        <EmptyState title="No runs yet" snippet={`dagy trigger ${flow.name} --follow`}>
          Its runs appear here as soon as they start.
        </EmptyState>
      )}
      <Parameters schema={flow.parametersSchema as Schema} />
    </div>
  );
}

function Numbers({ flow: { statistics, createdAt, creator, defaultExecutor } }: { flow: Flow }) {
  const rate = statistics?.successRate;
  const facts: [string, ReactNode][] = [
    ...(statistics
      ? ([
          [`Success rate, ${plural(statistics.runs, 'run')}`, rate == null ? '–' : `${Math.round(rate * 1000) / 10} %`],
          ['Failures', String(statistics.failed)],
          ['Median', statistics.p50DurationMs == null ? '–' : duration(statistics.p50DurationMs)],
          ['p95', statistics.p95DurationMs == null ? '–' : duration(statistics.p95DurationMs)],
        ] as [string, string][])
      : []),
    ['Executor', defaultExecutor ? sentence(defaultExecutor) : 'Automatic'],
    ['Deployed', <RelativeTime key="at" at={createdAt} />],
    ...(creator ? [['Deployed by', creatorName(creator)] as [string, string]] : []),
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:flex">
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0 flex-1 bg-surface px-4 py-2.5 last:odd:col-span-2">
          <dt className="truncate text-xs text-soft">{name}</dt>
          <dd className="truncate text-base font-semibold">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Graph({ flow }: { flow: Flow }) {
  const { state, setState } = useFlowView();
  const { tasks } = useMemo(() => specOf(flow.spec), [flow.spec]);
  const selected = tasks.find(({ key }) => key === state.task);
  if (tasks.length === 0) return null;
  return (
    <Card className="overflow-hidden">
      <CardHeader title="Tasks" actions={<span className="text-xs text-soft">{plural(tasks.length, 'task')}</span>} />
      <div className={cn('grid', selected && 'lg:grid-cols-[minmax(0,1fr)_320px]')}>
        <SpecGraph tasks={tasks} selected={selected?.key ?? null} onSelect={(task) => void setState({ task })} />
        {selected && (
          <div className="max-h-96 overflow-y-auto border-t border-line lg:border-t-0 lg:border-l">
            <TaskPanel task={selected} onClose={() => void setState({ task: null })} />
          </div>
        )}
      </div>
    </Card>
  );
}

function Parameters({ schema }: { schema: Schema }) {
  const members = membersOf(schema);
  if (members.length === 0) return null;
  return (
    <Card>
      <CardHeader title="Parameters" />
      <dl className="grid gap-x-6 px-4 py-2 sm:grid-cols-2 xl:grid-cols-3">
        {members.map(({ name, schema: one, isRequired }) => (
          <div key={name} className="flex min-w-0 flex-wrap items-baseline gap-x-2 py-1">
            <dt className="font-mono text-xs font-medium break-all">{name}</dt>
            <dd className="min-w-0 text-xs break-words text-soft">
              {wordFor(one, schema)}
              {isRequired && ', required'}
              {one.default !== undefined && one.default !== null && <code className="font-mono"> = {writeJson(one.default)}</code>}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
