'use client';
/** The deployments of the flow: where, with which values and limits it runs. */
import { Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { Button } from '@/components/ui/button';
import { FlowDeploymentsDocument, type FlowDeploymentFragment } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { plural } from '@/lib/format';
import { useGql } from '@/lib/use-gql';
import { useFlowView } from '../use-flow';
import { DeploymentCards } from './deployment-cards';

const DeploymentForm = lazy(() => import('./deployment-form'));
const DeleteDeployment = lazy(() => import('./delete-deployment'));

export type Deployment = FlowDeploymentFragment;

export function Deployments() {
  const { flow, state, setState } = useFlowView();
  const can = useCan();
  const [environment] = useEnvironment();
  const [deleting, setDeleting] = useState<Deployment | null>(null);
  const query = useGql(FlowDeploymentsDocument, {
    filter: { flowName: flow.name, environment },
    withPayloads: can('PAYLOADS_READ'),
    withRuns: can('RUNS_READ'),
    withEnvironments: can('ENVIRONMENTS_READ'),
    withEmails: can('EMAILS_READ'),
  });
  const create = can('DEPLOYMENTS_WRITE') && flow.status === 'ACTIVE' && (
    <Button onClick={() => void setState({ edit: '' })}>
      <Plus aria-hidden /> New deployment
    </Button>
  );
  return (
    <Loaded query={query}>
      {({ deployments: { nodes }, environments }) => (
        <div className="grid gap-3">
          {nodes.length > 0 && (
            <div className="flex items-center justify-between gap-2">
              <p className="text-soft">{plural(nodes.length, 'deployment')} across all versions</p>
              {create}
            </div>
          )}
          {nodes.length > 0 ? (
            <DeploymentCards deployments={nodes} onDelete={setDeleting} />
          ) : (
            <EmptyState title="No deployments yet" snippet={`dagy deploy FILE.py:${flow.name}`} action={create}>
              A deployment is a flow with its parameters, executor and limits. Every run starts from one.
            </EmptyState>
          )}
          <Suspense>
            {state.edit !== null && (
              <DeploymentForm
                key={state.edit}
                deployment={nodes.find(({ name }) => name === state.edit) ?? null}
                environments={environments?.nodes ?? null}
                onDone={() => void setState({ edit: null }, { history: 'replace' })}
              />
            )}
            {deleting && <DeleteDeployment id={deleting.id} name={deleting.name} onDone={() => setDeleting(null)} />}
          </Suspense>
        </div>
      )}
    </Loaded>
  );
}
