'use client';
import { KeyRound } from 'lucide-react';
import { RunSecretsDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useGql } from '@/lib/use-gql';
import { useRunPage } from '../run-context';
import { Part } from './task-panel';

/** Secrets are given to a run as a whole, at the start of each attempt. */
export function TaskSecrets() {
  const { run } = useRunPage();
  const { data } = useGql(RunSecretsDocument, { slug: run.slug }, { enabled: useCan()('SECRETS_READ') });
  const names = new Map((data?.run?.secretUses.nodes ?? []).map(({ secret, version }) => [secret.name, version]));
  if (names.size === 0) return null;
  return (
    <Part title="Secrets that the run was given">
      <ul className="flex flex-wrap gap-x-3 gap-y-1">
        {[...names].map(([name, version]) => (
          <li key={name} className="inline-flex items-center gap-1">
            <KeyRound aria-hidden className="size-3.5 text-soft" /> {name} <span className="text-soft">version {version}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}
