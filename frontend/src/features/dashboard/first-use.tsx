'use client';
/** Before the first run: how to make one. */
import { Rocket } from 'lucide-react';
import { AppLink, flowPath } from '@/components/app-link';
import { CodeBlock } from '@/components/code-block';
import { Loaded } from '@/components/page';
import { Card, CardHeader, SkeletonRows } from '@/components/ui/surfaces';
import { FirstDeploymentsDocument, type FirstDeploymentsQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { useGql } from '@/lib/use-gql';
import { RunButton } from './run-button';

type Deployment = FirstDeploymentsQuery['deployments']['nodes'][number];

const FLOW = `from dagy import flow, task


@task
def greet(name: str) -> str:
    return f"Hello, {name}!"


@flow
def hello(name: str = "world"):
    greet(name)`;

export default function FirstUse() {
  const [environment] = useEnvironment();
  const can = useCan();
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-4 py-4">
      <header className="text-center">
        <Rocket aria-hidden className="mx-auto size-8 stroke-[1.5] text-accent" />
        <h2 className="mt-2 text-lg font-semibold">{environment ? `No runs in ${environment} yet` : 'No runs yet'}</h2>
        <p className="text-soft">Start a run and watch it here.</p>
      </header>
      {can('DEPLOYMENTS_READ') && <Ready environment={environment} />}
      <Card aria-label="Your own flow">
        <CardHeader title="Your own flow" />
        <ol className="grid gap-4 p-4">
          <Step number={1} text="Write it, in hello.py">
            <CodeBlock code={FLOW} label="Copy the flow" />
          </Step>
          <Step number={2} text="Deploy it">
            <CodeBlock code={`dagy deploy hello.py:hello${environment ? ` --environment ${environment}` : ''}`} label="Copy the command" />
          </Step>
          <Step number={3} text="Run it">
            <CodeBlock code="dagy trigger hello" label="Copy the command" />
          </Step>
        </ol>
      </Card>
    </div>
  );
}

function Step({ number, text, children }: { number: number; text: string; children: React.ReactNode }) {
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1.5">
      <span aria-hidden className="grid size-5 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent">
        {number}
      </span>
      <span>{text}</span>
      <span className="col-start-2">{children}</span>
    </li>
  );
}

/** What is deployed already, the examples on a first start. */
function Ready({ environment }: { environment: string | null }) {
  const filter = environment ? { environment } : null;
  const query = useGql(FirstDeploymentsDocument, { filter, withFlows: useCan()('FLOWS_READ') });
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={3} />}>
      {({ deployments }) =>
        deployments.nodes.length > 0 && (
          <Card aria-label="Ready to run">
            <CardHeader title="Ready to run" />
            <ul>
              {deployments.nodes.map((one) => (
                <ReadyOne key={one.id} deployment={one} />
              ))}
            </ul>
          </Card>
        )
      }
    </Loaded>
  );
}

function ReadyOne({ deployment: { name, flow } }: { deployment: Deployment }) {
  const can = useCan();
  return (
    <li className="flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-0">
      <div className="min-w-0 flex-1">
        {flow ? (
          <AppLink href={flowPath(flow.name)} className="link font-medium">
            {name}
          </AppLink>
        ) : (
          <b className="font-medium">{name}</b>
        )}
        {flow?.description && <p className="text-soft">{flow.description}</p>}
      </div>
      {can('RUNS_TRIGGER') && <RunButton deploymentName={name} />}
    </li>
  );
}
