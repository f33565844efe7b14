'use client';
/** A card for each deployment: its settings, its last runs, and what can be done with it. */
import { Ellipsis, Pencil, Play, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { ProtectedBadge } from '@/components/protected-badge';
import { RunBars } from '@/components/run-bars';
import { JsonView } from '@/components/json-view';
import { Button } from '@/components/ui/button';
import { Switch } from '@/components/ui/checkbox';
import { CopyButton } from '@/components/ui/copy-button';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/dropdown-menu';
import { Badge, Card } from '@/components/ui/surfaces';
import { UpdateFlowDeploymentDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { duration, sentence } from '@/lib/format';
import { isRecord } from '@/lib/json';
import { useWhyNot } from '@/lib/protection';
import { tagsOf } from '@/lib/tags';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';
import { creatorName } from '@/lib/started-by';
import { useFlowView } from '../use-flow';
import type { Deployment } from './deployments';

interface CardsProps {
  deployments: readonly Deployment[];
  onDelete: (deployment: Deployment) => void;
}

export function DeploymentCards({ deployments, onDelete }: CardsProps) {
  return (
    <ul aria-label="Deployments" className="grid gap-3 xl:grid-cols-2">
      {deployments.map((one) => (
        <li key={one.id} className="min-w-0">
          <DeploymentCard deployment={one} onDelete={() => onDelete(one)} />
        </li>
      ))}
    </ul>
  );
}

function DeploymentCard({ deployment, onDelete }: { deployment: Deployment; onDelete: () => void }) {
  const { name, flow, environment, statistics, parameters } = deployment;
  return (
    <Card className="flex h-full flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div className="flex min-w-0 flex-wrap items-center gap-2">
          <h3 className="text-base font-semibold break-all">{name}</h3>
          <CopyButton text={`dagy trigger ${name} --follow`} label={`Copy: dagy trigger ${name} --follow`} />
          {environment?.isProtected && <ProtectedBadge />}
          {!flow.isLatest && <Badge className="text-warn!">not the latest version</Badge>}
        </div>
        <Actions deployment={deployment} onDelete={onDelete} />
      </div>
      {statistics && statistics.latest.length > 0 && (
        <div className="flex items-end justify-between gap-4">
          <RunBars runs={statistics.latest} />
          {statistics.successRate != null && <span className="text-xs text-soft">{Math.round(statistics.successRate * 1000) / 10} % succeeded</span>}
        </div>
      )}
      <Facts deployment={deployment} />
      {isRecord(parameters) && Object.keys(parameters).length > 0 && <JsonView value={parameters} />}
    </Card>
  );
}

function Facts({ deployment }: { deployment: Deployment }) {
  const { flow, environment, defaultExecutor, concurrencyLimit, slaSeconds, tags, creator } = deployment;
  const all = tagsOf(tags);
  const facts: [string, ReactNode][] = [
    ['Version', <code key="version" className="font-mono text-xs">{flow.version}</code>],
    ['Executor', defaultExecutor ? sentence(defaultExecutor) : 'Automatic'],
    ['Concurrency limit', concurrencyLimit ?? 'None'],
    ['SLA', slaSeconds ? duration(slaSeconds * 1000) : 'None'],
    ...(environment ? [['Environment', environment.name] as [string, ReactNode]] : []),
    ...(creator ? [['Created by', creatorName(creator)] as [string, ReactNode]] : []),
    ...(all.length > 0 ? [['Tags', all.map((one) => one.join('=')).join(', ')] as [string, ReactNode]] : []),
  ];
  return (
    <dl className="grid grid-cols-[repeat(auto-fill,minmax(130px,1fr))] gap-x-4 gap-y-2">
      {facts.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-soft">{name}</dt>
          <dd className="truncate">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Actions({ deployment, onDelete }: { deployment: Deployment; onDelete: () => void }) {
  const can = useCan();
  const { flow, setState } = useFlowView();
  const { name, paused, environment } = deployment;
  const mayWrite = can('DEPLOYMENTS_WRITE');
  const whyNot = useWhyNot();
  const whyNoRun = whyNot(environment, 'PROTECTED_RUNS_TRIGGER');
  const whyNoChange = whyNot(environment, 'PROTECTED_DEPLOYMENTS_WRITE');
  return (
    <span className="flex items-center gap-2">
      {mayWrite ? <Paused deployment={deployment} whyNot={whyNoChange} /> : paused && <Badge className="text-warn!">paused</Badge>}
      {can('RUNS_TRIGGER') && flow.status === 'ACTIVE' && !paused && (
        <Button size="sm" disabled={!!whyNoRun} title={whyNoRun} onClick={() => void setState({ run: name })} aria-label={`Run ${name}`}>
          <Play aria-hidden /> Run
        </Button>
      )}
      {mayWrite && (
        <Menu
          align="end"
          trigger={
            <Button variant="ghost" size="sm" disabled={!!whyNoChange} title={whyNoChange} aria-label={`More for ${name}`} className="w-7 px-0!">
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem onSelect={() => void setState({ edit: name })}>
            <Pencil aria-hidden /> Edit …
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={onDelete}>
            <Trash2 aria-hidden /> Delete …
          </MenuItem>
        </Menu>
      )}
    </span>
  );
}

/** On the screen at once; taken back where the server refuses. */
function Paused({ deployment: { id, name, paused }, whyNot }: { deployment: Deployment; whyNot?: string }) {
  const client = useQueryClient();
  const { mutate, isPending, variables } = useGqlMutation(UpdateFlowDeploymentDocument, {
    onSuccess: async (_data, { input }) => {
      toast.success(input.paused ? `Paused ${name}.` : `Resumed ${name}.`);
      await client.invalidateQueries();
    },
  });
  const shown = isPending ? variables.input.paused === true : paused;
  return (
    <label className="flex items-center gap-1.5 text-xs text-soft" title={whyNot}>
      <Switch checked={!shown} disabled={isPending || !!whyNot} onChange={({ target }) => mutate({ input: { id, paused: !target.checked } })} aria-label={`${name} is active`} />
      {shown ? <span className="text-warn">paused</span> : 'active'}
    </label>
  );
}
