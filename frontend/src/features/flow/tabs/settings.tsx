'use client';
/** Archive and restore, the names of everything, and the commands that say the same. */
import { lazy, Suspense, useState } from 'react';
import { CodeBlock } from '@/components/code-block';
import { RelativeTime } from '@/components/time';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { useSetFlowStatus } from '@/components/use-flow-status';
import { useCan } from '@/lib/can';
import { creatorName } from '@/lib/started-by';
import { specOf } from '../spec';
import { useFlowView } from '../use-flow';

const ArchiveFlow = lazy(() => import('@/components/archive-flow'));

export function Settings() {
  const { flow } = useFlowView();
  return (
    <div className="grid max-w-4xl gap-4">
      <Names />
      <Card>
        <CardHeader title="On the command line" />
        <div className="grid gap-2 p-4">
          <CodeBlock code={`dagy flows show ${flow.name} --version ${flow.version}`} />
          <CodeBlock code={`dagy deploy ${specOf(flow.spec).entrypoint || `FILE.py:${flow.name}`}`} />
          <CodeBlock code={`dagy runs list --flow ${flow.name}`} />
        </div>
      </Card>
      <Status />
    </div>
  );
}

function Names() {
  const { flow } = useFlowView();
  const names: [string, string][] = [
    ['Flow', flow.name],
    ['Version', flow.version],
    ['Namespace', flow.namespace],
    ['Entrypoint', specOf(flow.spec).entrypoint],
    ['Version ID', flow.id],
    ['Archive SHA-256', flow.artifactSha256],
    ...(flow.creator ? [['Deployed by', creatorName(flow.creator)] as [string, string]] : []),
  ];
  return (
    <Card>
      <CardHeader title="Names" actions={<span className="text-xs text-soft">registered <RelativeTime at={flow.createdAt} /></span>} />
      <dl className="divide-y divide-line">
        {names
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} className="grid items-center gap-x-3 px-4 py-1 sm:flex">
              <dt className="w-40 shrink-0 text-soft">{name}</dt>
              <dd className="flex min-w-0 flex-1 items-center justify-between gap-3 font-mono text-xs break-all">
                {value}
                <CopyButton text={value} label={`Copy: ${name}`} />
              </dd>
            </div>
          ))}
      </dl>
    </Card>
  );
}

function Status() {
  const { flow } = useFlowView();
  const can = useCan();
  const [isAsking, setAsking] = useState(false);
  const { set, isPending } = useSetFlowStatus();
  const isActive = flow.status === 'ACTIVE';
  return (
    <Card>
      <CardHeader title={isActive ? 'Archive' : 'Archived'} />
      <div className="flex flex-wrap items-center justify-between gap-3 p-4">
        <p className="max-w-xl text-soft">
          {isActive ? 'An archived flow cannot start runs and is hidden from the catalog. Its runs and versions stay.' : 'This flow is archived: it cannot start runs, and is listed under archived flows.'}
        </p>
        {can('FLOWS_WRITE') && (isActive ? <Button onClick={() => setAsking(true)}>Archive …</Button> : <Button busy={isPending} onClick={() => set(flow.name, 'ACTIVE')}>Restore</Button>)}
      </div>
      <Suspense>{isAsking && <ArchiveFlow name={flow.name} onDone={() => setAsking(false)} />}</Suspense>
    </Card>
  );
}
