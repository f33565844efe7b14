'use client';
/** Deletes a deployment. Where it has runs that are queued or running the server refuses with their
 *  numbers, and one says what becomes of them; so no number is older than the question. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { DeleteFlowDeploymentDocument, type DeleteDeploymentInput } from '@/gql/graphql';
import { count } from '@/lib/format';
import type { GqlError } from '@/lib/gql';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';

export type UnfinishedRuns = 'CANCEL' | 'KEEP';

interface Unfinished {
  queued: number;
  running: number;
}

/** The runs that stand in the way; null for any other error. */
export function unfinishedOf(error: GqlError | null): Unfinished | null {
  if (error?.code !== 'CONFLICT' || error.field !== 'runs') return null;
  const number = (name: string) => (typeof error.extensions[name] === 'number' ? error.extensions[name] : 0);
  return { queued: number('queued'), running: number('running') };
}

/** `3 queued and 1 running run`, `1 queued run`. */
export function unfinishedInWords({ queued, running }: Unfinished): string {
  const parts = [queued > 0 && `${count(queued)} queued`, running > 0 && `${count(running)} running`].filter(Boolean);
  return `${parts.join(' and ')} ${queued + running === 1 ? 'run' : 'runs'}`;
}

export default function DeleteDeployment({ id, name, onDone }: { id: string; name: string; onDone: () => void }) {
  const client = useQueryClient();
  const [action, setAction] = useState<UnfinishedRuns>('CANCEL');
  const { mutate, isPending, error } = useGqlMutation(DeleteFlowDeploymentDocument, {
    quiet: true,
    onSuccess: async () => {
      await client.invalidateQueries();
      toast.success(`Deleted ${name}.`);
      onDone();
    },
  });
  const unfinished = unfinishedOf(error);
  const confirm = () => mutate({ input: (unfinished ? { id, runs: action } : { id }) as DeleteDeploymentInput });
  return (
    <ConfirmDialog
      open
      danger
      onOpenChange={(open) => !open && onDone()}
      title={`Delete the deployment ${name}?`}
      confirm={unfinished ? (action === 'CANCEL' ? 'Delete and cancel runs' : 'Delete and keep runs') : 'Delete'}
      cancel="Keep the deployment"
      busy={isPending}
      onConfirm={confirm}
    >
      <p>Its schedules and sensors are deleted too. The flow and its past runs stay.</p>
      {unfinished && <Choice unfinished={unfinished} action={action} onChange={setAction} />}
      {error && !unfinished && (
        <p role="alert" className="mt-2 text-bad">
          {error.message}
        </p>
      )}
    </ConfirmDialog>
  );
}

const CHOICES: readonly [UnfinishedRuns, label: string, effect: string][] = [
  ['CANCEL', 'Cancel them', 'Queued runs never start; running ones are stopped.'],
  ['KEEP', 'Keep them', 'They run to the end, within the deployment’s concurrency limit.'],
];

function Choice({ unfinished, action, onChange }: { unfinished: Unfinished; action: UnfinishedRuns; onChange: (to: UnfinishedRuns) => void }) {
  return (
    <fieldset role="radiogroup" className="mt-3 grid gap-2 rounded-md border border-line bg-warn-soft p-3">
      <legend className="float-left mb-1 font-medium text-warn" role="alert">
        It has {unfinishedInWords(unfinished)}.
      </legend>
      {CHOICES.map(([value, label, effect]) => (
        <label key={value} className="flex items-start gap-2">
          <input type="radio" name="runs" value={value} checked={action === value} onChange={() => onChange(value)} className="mt-1 accent-(--accent)" />
          <span>
            <span className="font-medium">{label}</span>
            <span className="block text-soft">{effect}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
