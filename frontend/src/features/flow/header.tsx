'use client';
/** Which flow and version this is, and what can be done with it. */
import { Play } from 'lucide-react';
import { CopyMenu } from '@/components/copy-menu';
import { PageHeader } from '@/components/page';
import { Button } from '@/components/ui/button';
import { Combobox } from '@/components/ui/combobox';
import { Badge } from '@/components/ui/surfaces';
import { FlowDetailDocument } from '@/gql/graphql';
import { useAction } from '@/lib/actions';
import { useCan } from '@/lib/can';
import { relative } from '@/lib/format';
import { useNow } from '@/lib/now';
import { tagsOf } from '@/lib/tags';
import { useFlowView } from './use-flow';

export function FlowHeader({ variables }: { variables: object }) {
  const { flow, state, setState } = useFlowView();
  const can = useCan();
  const mayRun = can('RUNS_TRIGGER') && can('DEPLOYMENTS_READ') && flow.status === 'ACTIVE';
  const run = () => void setState({ run: '' });
  useAction(`Run ${flow.name} …`, run, { enabled: mayRun, keywords: 'start trigger' });
  const cli = ['dagy flows show', flow.name, state.version && `--version ${state.version}`].filter(Boolean).join(' ');
  return (
    <PageHeader
      title={flow.name}
      about={<About />}
      actions={
        <>
          <VersionPicker />
          <CopyMenu operation={{ document: FlowDetailDocument, variables }} cli={cli} />
          {mayRun && (
            <Button variant="primary" onClick={run}>
              <Play aria-hidden /> Run
            </Button>
          )}
        </>
      }
    />
  );
}

function About() {
  const { flow } = useFlowView();
  return (
    <div className="grid gap-1">
      {flow.description && <p>{flow.description}</p>}
      <div className="flex flex-wrap items-center gap-1">
        {flow.status === 'INACTIVE' && <Badge className="text-warn!">archived</Badge>}
        {!flow.isLatest && <Badge className="text-warn!">not the latest version</Badge>}
        {flow.namespace && <Badge className="font-mono">{flow.namespace}</Badge>}
        {tagsOf(flow.tags).map(([name, value]) => (
          <Badge key={name}>
            {name}={value}
          </Badge>
        ))}
      </div>
    </div>
  );
}

function VersionPicker() {
  const { flow, setState } = useFlowView();
  const now = useNow();
  const options = flow.versions.nodes.map(({ version, isLatest, createdAt }) => ({ value: version, label: version, hint: [isLatest && 'latest', relative(createdAt, now)].filter(Boolean).join(' · ') }));
  const pick = (version: string | undefined) => {
    const isLatest = flow.versions.nodes.some((one) => one.version === version && one.isLatest);
    void setState({ version: isLatest ? null : (version ?? null), task: null, file: null });
  };
  return <Combobox label="Version" options={options} value={[flow.version]} onChange={([version]) => pick(version)} />;
}
