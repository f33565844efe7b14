'use client';
/** Makes a deployment or changes one. What the viewer may not read is left as it is. */
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { TagsInput } from '@/components/tags-input';
import { Button } from '@/components/ui/button';
import { Sheet } from '@/components/ui/dialog';
import { Field, Input, Select } from '@/components/ui/input';
import { FormContext, SchemaField } from '@/features/run-dialog/field';
import { memberPath, ROOT, type Problem } from '@/features/run-dialog/problems';
import { membersOf, type Schema, type Values } from '@/features/run-dialog/schema';
import { baseValues, differing, withValue } from '@/features/run-dialog/values';
import { CreateFlowDeploymentDocument, UpdateFlowDeploymentDocument, type Executor } from '@/gql/graphql';
import { sentence } from '@/lib/format';
import type { GqlError } from '@/lib/gql';
import { useWhyNot, type Place } from '@/lib/protection';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';
import { useFlowView } from '../use-flow';
import { draftOf, inputOf, wholeNumber, type Draft } from './deployment-draft';
import type { Deployment } from './deployments';

const EXECUTORS: readonly Executor[] = ['LOCAL', 'LAMBDA', 'STEP_FUNCTIONS', 'ECS'];

interface DeploymentFormProps {
  /** Null: a new one. */
  deployment: Deployment | null;
  /** Null where they may not be read. */
  environments: readonly Place[] | null;
  onDone: () => void;
}

export default function DeploymentForm({ deployment, environments, onDone }: DeploymentFormProps) {
  const { flow } = useFlowView();
  const [draft, setDraft] = useState<Draft>(() => draftOf(deployment, flow));
  const [broken, setBroken] = useState<readonly Problem[]>([]);
  const whyNot = useWhyNot();
  const { save, isPending, error } = useSave(deployment, onDone);
  const set = (change: Partial<Draft>) => setDraft((was) => ({ ...was, ...change }));
  const wrong = (field: string) => (error?.field === field ? error.message : undefined);
  const limit = wholeNumber(draft.concurrencyLimit);
  const sla = wholeNumber(draft.slaSeconds);
  const isValid = draft.name.trim() !== '' && limit !== undefined && sla !== undefined && broken.length === 0;
  const submit = () => isValid && save(inputOf(draft, { flowName: flow.name, isNew: deployment === null }));
  return (
    <Sheet
      open
      onOpenChange={(open) => !open && onDone()}
      title={deployment ? `Edit ${deployment.name}` : `New deployment of ${flow.name}`}
      footer={
        <>
          <Button onClick={onDone}>Cancel</Button>
          <Button variant="primary" type="submit" form="deployment" disabled={!isValid} busy={isPending}>
            {deployment ? 'Save' : 'Create'}
          </Button>
        </>
      }
    >
      <form
        id="deployment"
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="Name" error={wrong('name')}>
          {(field) => <Input {...field} required autoFocus value={draft.name} onChange={({ target }) => set({ name: target.value })} />}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Version" error={wrong('flowVersion')}>
            {(field) => (
              <Select {...field} value={draft.version} onChange={({ target }) => set({ version: target.value })}>
                {[...new Set([draft.version, ...flow.versions.nodes.map(({ version }) => version)])].map((version) => (
                  <option key={version} value={version}>
                    {version}
                    {flow.versions.nodes.some((one) => one.version === version && one.isLatest) && ' (latest)'}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {environments && (
            <Field label="Environment" error={wrong('environment')}>
              {(field) => (
                <Select {...field} value={draft.environment ?? ''} onChange={({ target }) => set({ environment: target.value || null })}>
                  <option value="">none</option>
                  {environments.map((one) => (
                    <option key={one.name} value={one.name} disabled={whyNot(one, 'PROTECTED_DEPLOYMENTS_WRITE') !== undefined} title={whyNot(one, 'PROTECTED_DEPLOYMENTS_WRITE')}>
                      {one.name}
                      {one.isProtected && ' (protected)'}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <Field label="Executor" error={wrong('defaultExecutor')}>
            {(field) => (
              <Select {...field} value={draft.executor ?? ''} onChange={({ target }) => set({ executor: (target.value || null) as Executor | null })}>
                <option value="">Automatic (routing rules)</option>
                {EXECUTORS.map((one) => (
                  <option key={one} value={one}>
                    {sentence(one)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Concurrency limit" hint="Leave empty for no limit" error={wrong('concurrencyLimit') ?? (limit === undefined ? 'Enter a whole number, 1 or more.' : undefined)}>
            {(field) => <Input {...field} inputMode="numeric" value={draft.concurrencyLimit} onChange={({ target }) => set({ concurrencyLimit: target.value })} />}
          </Field>
          <Field label="SLA in seconds" hint="A run that takes longer counts as late. Leave empty for none" error={wrong('slaSeconds') ?? (sla === undefined ? 'Enter a whole number, 1 or more.' : undefined)}>
            {(field) => <Input {...field} inputMode="numeric" value={draft.slaSeconds} onChange={({ target }) => set({ slaSeconds: target.value })} />}
          </Field>
          <TagsInput label="Tags" value={draft.tags} onChange={(tags) => set({ tags })} error={wrong('tags')} />
        </div>
        {draft.parameters && <Parameters values={draft.parameters} onChange={(parameters) => set({ parameters })} error={error} onBroken={setBroken} />}
        {error && !error.field && (
          <p role="alert" className="text-bad">
            {error.message}
          </p>
        )}
      </form>
    </Sheet>
  );
}

function useSave(deployment: Deployment | null, onDone: () => void) {
  const client = useQueryClient();
  const onSuccess = async (name: string) => {
    await client.invalidateQueries();
    toast.success(deployment ? `Saved ${name}.` : `Created ${name}.`);
    onDone();
  };
  const create = useGqlMutation(CreateFlowDeploymentDocument, { quiet: true, onSuccess: (data) => onSuccess(data.createDeployment.deployment.name) });
  const update = useGqlMutation(UpdateFlowDeploymentDocument, { quiet: true, onSuccess: (data) => onSuccess(data.updateDeployment.deployment.name) });
  return {
    save: (input: ReturnType<typeof inputOf>) => (deployment ? update.mutate({ input: { id: deployment.id, ...input } }) : create.mutate({ input })),
    isPending: create.isPending || update.isPending,
    error: create.error ?? update.error,
  };
}

interface ParametersProps {
  values: Values;
  onChange: (values: Values) => void;
  error: GqlError | null;
  onBroken: (change: (was: readonly Problem[]) => readonly Problem[]) => void;
}

/** Only what is said here is kept with the deployment; the rest stays the flow's own defaults. */
function Parameters({ values, onChange, error, onBroken }: ParametersProps) {
  const { flow } = useFlowView();
  const schema = flow.parametersSchema as Schema;
  const base = useMemo(() => baseValues(schema, {}), [schema]);
  const context = useMemo(
    () => ({
      root: schema,
      problems: error?.field?.startsWith(ROOT) ? [{ path: error.field, message: error.message }] : [],
      setBroken: (path: string, message: string | null) => onBroken((was) => [...was.filter((one) => one.path !== path), ...(message ? [{ path, message }] : [])]),
    }),
    [schema, error, onBroken],
  );
  const members = membersOf(schema);
  if (members.length === 0) return null;
  return (
    <FormContext value={context}>
      <section aria-label="Parameters" className="grid gap-3 border-t border-line pt-4">
        <h3 className="font-semibold">Parameters</h3>
        {members.map(({ name, schema: one }) => (
          <SchemaField
            key={name}
            label={name}
            path={memberPath(ROOT, name)}
            schema={one}
            isRequired={false}
            value={name in values ? values[name] : base[name]}
            onChange={(value) => onChange(differing(withValue(values, name, value), base))}
          />
        ))}
      </section>
    </FormContext>
  );
}
