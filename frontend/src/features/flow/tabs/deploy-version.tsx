'use client';
/** Puts deployments on another version: forwards, or back when the newest does harm. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ProtectedBadge } from '@/components/protected-badge';
import { Checkbox } from '@/components/ui/checkbox';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { BindVersionDocument } from '@/gql/graphql';
import { plural } from '@/lib/format';
import { useWhyNot } from '@/lib/protection';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';
import type { Binding } from './versions';

interface DeployVersionProps {
  flowName: string;
  version: string;
  bindings: readonly Binding[];
  onDone: () => void;
}

export default function DeployVersion({ flowName, version, bindings, onDone }: DeployVersionProps) {
  const others = bindings.filter(({ flow }) => flow.version !== version);
  const whyNot = useWhyNot();
  const whyStays = ({ environment }: Binding) => whyNot(environment, 'PROTECTED_DEPLOYMENTS_WRITE');
  const [chosen, setChosen] = useState<readonly string[]>(others.filter((one) => !whyStays(one)).map(({ id }) => id));
  const { mutateAsync } = useGqlMutation(BindVersionDocument);
  const [isBusy, setBusy] = useState(false);
  const client = useQueryClient();
  const deploy = async () => {
    setBusy(true);
    const done: string[] = [];
    for (const { id, name } of others.filter((one) => chosen.includes(one.id))) {
      try {
        await mutateAsync({ input: { id, flowVersion: version } });
        done.push(name);
      } catch {
        // The mutation has said what went wrong with this one; the others go on.
      }
    }
    await client.invalidateQueries();
    if (done.length > 0) toast.success(`${done.join(', ')}: now on ${version}.`);
    onDone();
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onDone()}
      title={`Deploy ${flowName} ${version}?`}
      confirm={chosen.length === 0 ? 'Choose a deployment' : `Switch ${plural(chosen.length, 'deployment')}`}
      busy={isBusy}
      onConfirm={() => chosen.length > 0 && void deploy()}
    >
      <p className="mb-3">New runs use this version. Runs already started keep theirs.</p>
      <ul className="grid gap-1">
        {others.map((one) => (
          <Choice
            key={one.id}
            binding={one}
            whyNot={whyStays(one)}
            isChosen={chosen.includes(one.id)}
            onChange={(is) => setChosen(is ? [...chosen, one.id] : chosen.filter((id) => id !== one.id))}
          />
        ))}
      </ul>
    </ConfirmDialog>
  );
}

interface ChoiceProps {
  binding: Binding;
  whyNot?: string;
  isChosen: boolean;
  onChange: (isChosen: boolean) => void;
}

function Choice({ binding: { name, flow, environment }, whyNot, isChosen, onChange }: ChoiceProps) {
  return (
    <li>
      <label className="flex flex-wrap items-center gap-2">
        <Checkbox checked={isChosen} disabled={whyNot !== undefined} onChange={({ target }) => onChange(target.checked)} />
        <span className="font-medium">{name}</span>
        <span className="font-mono text-xs text-soft">now {flow.version}</span>
        {environment?.isProtected && <ProtectedBadge />}
      </label>
      {whyNot && <p className="pl-6 text-xs text-soft">{whyNot}</p>}
    </li>
  );
}
