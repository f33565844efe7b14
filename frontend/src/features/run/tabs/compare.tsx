'use client';
/** This run beside an earlier one: what it was given, what came out, which tasks took longer. */
import { parseAsString, useQueryState } from 'nuqs';
import { useMemo, useState } from 'react';
import { AppLink, runPath } from '@/components/app-link';
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { StateBadge } from '@/components/state';
import { RelativeTime } from '@/components/time';
import { Button } from '@/components/ui/button';
import { Combobox } from '@/components/ui/combobox';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { RunComparisonDocument, RunsToCompareDocument, type RunComparisonQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { duration } from '@/lib/format';
import { isTerminal, stateLook } from '@/lib/states';
import { useGql } from '@/lib/use-gql';
import { useSettled } from '@/lib/use-settled';
import { useRunPage } from '../run-context';
import { CompareTasks } from './compare-tasks';
import { ValueChanges } from './value-changes';

export type Comparison = RunComparisonQuery['compareRuns'];

export default function Compare() {
  const { run, model } = useRunPage();
  const [baseId, setBaseId] = useQueryState('with', parseAsString);
  const mayReadPayloads = useCan()('PAYLOADS_READ');
  const query = useGql(RunComparisonDocument, { runId: run.id, baseId, withPayloads: mayReadPayloads });
  if (!isTerminal(model.state)) {
    return <EmptyState title="The run is still in progress">You can compare it once it has finished.</EmptyState>;
  }
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-soft">Compared with</span>
        <Choice base={query.data?.compareRuns.base} onChoose={(id) => void setBaseId(id)} />
        {baseId && <Button onClick={() => void setBaseId(null)}>Last successful run</Button>}
      </div>
      <Loaded query={query}>{({ compareRuns }) => <Found comparison={compareRuns} mayReadPayloads={mayReadPayloads} />}</Loaded>
    </div>
  );
}

/** Runs of the same flow, by the start of their name. */
function Choice({ base, onChoose }: { base: Comparison['base'] | undefined; onChoose: (id: string) => void }) {
  const { run } = useRunPage();
  const [text, setText] = useState('');
  const search = useSettled(text, 200) || undefined;
  const { data } = useGql(RunsToCompareDocument, { filter: { flowName: run.flow?.name, search } });
  const options = useMemo(
    () =>
      (data?.runs.nodes ?? [])
        .filter(({ id }) => id !== run.id)
        .map(({ id, slug, state }) => ({ value: id, label: slug, hint: stateLook(state).label })),
    [data, run.id],
  );
  return (
    <Combobox
      label="Another run"
      text={base?.slug ?? 'Another run'}
      options={options}
      value={base ? [base.id] : []}
      onChange={([id]) => id && onChoose(id)}
      onSearch={setText}
    />
  );
}

function Found({ comparison, mayReadPayloads }: { comparison: Comparison; mayReadPayloads: boolean }) {
  const { run, base, parameters, result, tasks, isTruncated } = comparison;
  if (!base) {
    return <EmptyState title="No earlier successful run">Choose another run to compare it with.</EmptyState>;
  }
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Side title="This run" run={run} other={base} />
        <Side title="The other run" run={base} />
      </div>
      {mayReadPayloads && (
        <div className="grid gap-4 xl:grid-cols-2">
          <ValueChanges title="Parameters" changes={parameters ?? []} />
          <ValueChanges title="Result" changes={result ?? []} />
        </div>
      )}
      <CompareTasks tasks={tasks} />
      {isTruncated && <p className="text-soft">Only some of the differences are shown.</p>}
    </>
  );
}

function Side({ title, run, other }: { title: string; run: NonNullable<Comparison['base']>; other?: NonNullable<Comparison['base']> }) {
  return (
    <Card>
      <CardHeader title={title} actions={<StateBadge state={run.state} />} />
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3">
        <AppLink href={runPath(run.slug)} className="link font-medium">
          {run.slug}
        </AppLink>
        <RelativeTime at={run.createdAt} className="text-soft" />
        {run.durationMs != null && <span>{duration(run.durationMs)}</span>}
        {run.durationMs != null && other?.durationMs != null && <Delta ms={run.durationMs} base={other.durationMs} />}
      </div>
    </Card>
  );
}

const NOTABLE = 0.05;

/** 1.2 s longer (30 %). Small differences are noise, and have no colour. */
export function Delta({ ms, base }: { ms: number; base: number }) {
  const difference = ms - base;
  if (Math.abs(difference) < 1) return <span className="text-soft">as long</span>;
  const share = base > 0 ? ` (${Math.round((Math.abs(difference) / base) * 100)} %)` : '';
  const isNotable = Math.abs(difference) > base * NOTABLE;
  return (
    <span className={isNotable ? (difference > 0 ? 'text-warn' : 'text-good') : 'text-soft'}>
      {duration(Math.abs(difference))} {difference > 0 ? 'longer' : 'shorter'}
      {share}
    </span>
  );
}
