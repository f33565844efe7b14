'use client';
/** Which deployment to run; the one there is, if there is one. */
import { useEffect, useEffectEvent } from 'react';
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { Combobox } from '@/components/ui/combobox';
import { Skeleton } from '@/components/ui/surfaces';
import { RunTargetsDocument, type RunTargetsQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { useGql } from '@/lib/use-gql';

interface PickerProps {
  flowName?: string;
  value: string | null;
  onChange: (name: string) => void;
}

export function DeploymentPicker({ flowName, value, onChange }: PickerProps) {
  const can = useCan();
  const [environment] = useEnvironment();
  const filter = { flowName, environment };
  const query = useGql(RunTargetsDocument, { filter, withFlow: can('FLOWS_READ'), withEnvironment: can('ENVIRONMENTS_READ') });
  const nodes = query.data?.deployments.nodes;
  const pickOnly = useEffectEvent((names: string[]) => {
    const only = flowName && names.includes(flowName) ? flowName : names.length === 1 ? names[0] : undefined;
    if (only && value === null) onChange(only);
  });
  useEffect(() => {
    if (nodes) pickOnly(nodes.filter((one) => !one.paused).map((one) => one.name));
  }, [nodes]);
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-8 w-60" />}>
      {({ deployments }) => (deployments.nodes.length > 0 ? <Choice nodes={deployments.nodes} total={deployments.totalCount ?? 0} value={value} onChange={onChange} /> : <None flowName={flowName} />)}
    </Loaded>
  );
}

type Nodes = RunTargetsQuery['deployments']['nodes'];

function Choice({ nodes, total, value, onChange }: { nodes: Nodes; total: number; value: string | null; onChange: (name: string) => void }) {
  const options = nodes.map(({ name, flow, environment, paused }) => ({
    value: name,
    label: name,
    hint: [flow && flow.name !== name && flow.name, environment?.name, paused && 'paused'].filter(Boolean).join(' · '),
  }));
  return (
    <div className="grid gap-1">
      <Combobox label="Deployment" options={options} value={value ? [value] : []} onChange={([name]) => name && onChange(name)} className="justify-self-start" />
      {total > nodes.length && <p className="text-xs text-soft">The newest {nodes.length} of {total} deployments. Others can be run from the page of their flow.</p>}
    </div>
  );
}

function None({ flowName }: { flowName?: string }) {
  return (
    <EmptyState title="There is no deployment to run" snippet={`dagy deploy ${flowName ? `FILE.py:${flowName}` : 'FILE.py:FLOW'}`}>
      A deployment binds a flow to its values, its engine and its limits.
    </EmptyState>
  );
}
