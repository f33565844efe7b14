'use client';
/** All versions: which deployment runs which, what differs between two, and the way back to an old one. */
import { lazy, Suspense, useState } from 'react';
import { RelativeTime } from '@/components/time';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Badge } from '@/components/ui/surfaces';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { FlowBindingsDocument, type FlowBindingsQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useGql } from '@/lib/use-gql';
import { creatorName } from '@/lib/started-by';
import { VersionDiff } from '../diff/version-diff';
import { useFlowView, type Flow } from '../use-flow';
import { chosenPair, toggled } from './pair';

const DeployVersion = lazy(() => import('./deploy-version'));

type Version = Flow['versions']['nodes'][number];
export type Binding = FlowBindingsQuery['deployments']['nodes'][number];

export function Versions() {
  const { flow, state, setState } = useFlowView();
  const can = useCan();
  const { data } = useGql(FlowBindingsDocument, { name: flow.name, withEnvironments: can('ENVIRONMENTS_READ') }, { enabled: can('DEPLOYMENTS_READ') });
  const [deploying, setDeploying] = useState<string | null>(null);
  const bindings = data?.deployments.nodes ?? [];
  const versions = flow.versions.nodes;
  const chosen = [state.from, state.to].filter((one) => one !== null);
  const pair = chosenPair(versions.map(({ version }) => version), state.from, state.to);
  const toggle = (version: string) => {
    const [from = null, to = null] = toggled(chosen, version);
    void setState({ from, to });
  };
  return (
    <div className="grid gap-4">
      <p className="text-soft">{versions.length > 1 ? 'Select two versions to compare them.' : 'There is only one version so far. Deploy the flow again to compare versions.'}</p>
      <Table label="Versions">
        <thead>
          <tr>
            <Th className="w-9">
              <span className="sr-only">Compare</span>
            </Th>
            <Th>Version</Th>
            {can('DEPLOYMENTS_READ') && <Th>Deployments on it</Th>}
            {can('EMAILS_READ') && <Th>By</Th>}
            <Th className="text-right">Registered</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {versions.map((one) => (
            <VersionRow
              key={one.id}
              version={one}
              bindings={bindings.filter(({ flow: { version } }) => version === one.version)}
              isChosen={chosen.includes(one.version)}
              onToggle={versions.length > 1 ? () => toggle(one.version) : undefined}
              onShow={() => void setState({ version: one.isLatest ? null : one.version, tab: 'overview' })}
              onDeploy={can('DEPLOYMENTS_WRITE') && bindings.some(({ flow: { version } }) => version !== one.version) ? () => setDeploying(one.version) : undefined}
            />
          ))}
        </tbody>
      </Table>
      {flow.versions.pageInfo.hasNextPage && <p className="text-xs text-soft">The newest {versions.length}. Older ones are listed by dagy flows show {flow.name}.</p>}
      {pair && <VersionDiff name={flow.name} from={pair[0]} to={pair[1]} onClose={() => void setState({ from: null, to: null })} />}
      <Suspense>{deploying && <DeployVersion flowName={flow.name} version={deploying} bindings={bindings} onDone={() => setDeploying(null)} />}</Suspense>
    </div>
  );
}

interface VersionRowProps {
  version: Version;
  bindings: readonly Binding[];
  isChosen: boolean;
  onToggle?: () => void;
  onShow: () => void;
  onDeploy?: () => void;
}

function VersionRow({ version: { version, isLatest, createdAt, creator }, bindings, isChosen, onToggle, onShow, onDeploy }: VersionRowProps) {
  const can = useCan();
  return (
    <Tr aria-selected={isChosen}>
      <Td className="w-9">{onToggle && <Checkbox aria-label={`Compare ${version}`} className="align-middle" checked={isChosen} onChange={onToggle} />}</Td>
      <Td>
        <button type="button" className="link font-mono text-xs font-medium" onClick={onShow}>
          {version}
        </button>{' '}
        {isLatest && <Badge>latest</Badge>}
      </Td>
      {can('DEPLOYMENTS_READ') && (
        <Td>
          <span className="flex flex-wrap gap-1">
            {bindings.map(({ id, name, paused }) => (
              <Badge key={id}>
                {name}
                {paused && ' (paused)'}
              </Badge>
            ))}
          </span>
        </Td>
      )}
      {can('EMAILS_READ') && <Td className="text-soft">{creator && creatorName(creator)}</Td>}
      <Td className="text-right text-soft">
        <RelativeTime at={createdAt} />
      </Td>
      <Td className="text-right">
        {onDeploy && (
          <Button size="sm" onClick={onDeploy}>
            Deploy this version
          </Button>
        )}
      </Td>
    </Tr>
  );
}
