'use client';
/** Which deployment to run: a list to search, those that ran last first; the one there is, if there is one. */
import { keepPreviousData } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { FilterList } from '@/components/ui/combobox';
import { SkeletonRows } from '@/components/ui/surfaces';
import { RunTargetsDocument, type RunTargetsQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { relative } from '@/lib/format';
import { useNow } from '@/lib/now';
import { useGql } from '@/lib/use-gql';
import { useSettled } from '@/lib/use-settled';
import { recentFirst } from './recent-first';

const REST_MS = 150;

interface PickerProps {
  flowName?: string;
  /** What needs no choice is not asked for: the only one, or the one that is called as its flow. */
  picksAlone: boolean;
  onPick: (name: string, isOnly: boolean) => void;
}

export function DeploymentPicker({ flowName, picksAlone, onPick }: PickerProps) {
  const can = useCan();
  const [environment] = useEnvironment();
  const [text, setText] = useState('');
  const search = useSettled(text.trim(), REST_MS) || null;
  const filter = { flowName, environment, search };
  const rights = { withFlow: can('FLOWS_READ'), withEnvironment: can('ENVIRONMENTS_READ'), withRuns: can('RUNS_READ') && can('DEPLOYMENTS_READ') };
  const query = useGql(RunTargetsDocument, { filter, runs: { flowName, environment }, ...rights }, { placeholderData: keepPreviousData });
  const nodes = query.data?.deployments.nodes;
  const pickOnly = useEffectEvent((names: string[]) => {
    const only = flowName && names.includes(flowName) ? flowName : names.length === 1 ? names[0] : undefined;
    if (only && picksAlone && text === '') onPick(only, names.length === 1);
  });
  useEffect(() => {
    if (nodes) pickOnly(nodes.filter((one) => !one.paused).map((one) => one.name));
  }, [nodes]);
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={4} />}>
      {(found) => (found.deployments.nodes.length === 0 && !text ? <None flowName={flowName} /> : <Choice found={found} text={text} onPick={(name) => onPick(name, false)} onSearch={setText} />)}
    </Loaded>
  );
}

interface ChoiceProps {
  found: RunTargetsQuery;
  text: string;
  onPick: (name: string) => void;
  onSearch: (text: string) => void;
}

function Choice({ found, text, onPick, onSearch }: ChoiceProps) {
  const now = useNow();
  const { nodes, totalCount } = found.deployments;
  // Of what is there already, at once; the server finds the rest.
  const shown = useMemo(() => recentFirst(nodes, found.runs?.nodes ?? []).filter((one) => isFound(one, text)), [nodes, found.runs, text]);
  const options = shown.map(({ name, flow, environment, paused, ranAt }) => {
    const hint = [flow && flow.name !== name && flow.name, environment?.name, environment?.isProtected && 'protected', paused && 'paused', ranAt && `ran ${relative(ranAt, now)}`];
    return { value: name, label: name, hint: hint.filter(Boolean).join(' · ') };
  });
  return (
    <div className="grid gap-1">
      <FilterList label="Deployment" placeholder="Find a deployment or flow …" options={options} chosen={[]} onPick={onPick} onSearch={onSearch} className="max-h-[50dvh]" />
      {!text && (totalCount ?? 0) > nodes.length && <p className="px-2 text-xs text-soft">The newest {nodes.length} of {totalCount}: search finds the others.</p>}
    </div>
  );
}

function isFound({ name, flow }: RunTargetsQuery['deployments']['nodes'][number], text: string): boolean {
  return `${name} ${flow?.name ?? ''}`.toLowerCase().includes(text.trim().toLowerCase());
}

function None({ flowName }: { flowName?: string }) {
  return (
    <EmptyState title="There is no deployment to run" snippet={`dagy deploy ${flowName ? `FILE.py:${flowName}` : 'FILE.py:FLOW'}`}>
      A deployment binds a flow to its values, its engine and its limits.
    </EmptyState>
  );
}
