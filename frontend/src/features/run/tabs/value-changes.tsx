'use client';
import { Minus, Pencil, Plus } from 'lucide-react';
import { Card, CardHeader } from '@/components/ui/surfaces';
import type { ChangeKind, RunComparisonQuery } from '@/gql/graphql';
import { writeJson } from '@/lib/json';

type ValueChange = NonNullable<RunComparisonQuery['compareRuns']['parameters']>[number];

const KINDS: Record<ChangeKind, { icon: typeof Plus; label: string; colour: string }> = {
  ADDED: { icon: Plus, label: 'Only here', colour: 'text-good' },
  REMOVED: { icon: Minus, label: 'Only in the other', colour: 'text-failed' },
  CHANGED: { icon: Pencil, label: 'Changed', colour: 'text-warn' },
};

export function ValueChanges({ title, changes }: { title: string; changes: readonly ValueChange[] }) {
  return (
    <Card>
      <CardHeader title={title} actions={<span className="text-soft">{changes.length === 0 ? 'The same' : `${changes.length} different`}</span>} />
      {changes.length > 0 && (
        <ul className="max-h-80 divide-y divide-line overflow-y-auto">
          {changes.map((change) => (
            <Change key={change.path} change={change} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Change({ change: { path, kind, before, after } }: { change: ValueChange }) {
  const { icon: Icon, label, colour } = KINDS[kind];
  return (
    <li className="grid gap-0.5 px-4 py-2">
      <span className="flex items-center gap-1.5">
        <Icon aria-hidden className={`size-3.5 shrink-0 ${colour}`} />
        <code className="font-mono text-xs break-all">{path}</code>
        <span className={`text-xs ${colour}`}>{label}</span>
      </span>
      <span className="grid gap-x-3 pl-5 font-mono text-xs sm:grid-cols-2">
        {kind !== 'ADDED' && <Value text={before} word="Was" />}
        {kind !== 'REMOVED' && <Value text={after} word="Is" />}
      </span>
    </li>
  );
}

function Value({ text, word }: { text: unknown; word: string }) {
  return (
    <span className="max-h-24 min-w-0 overflow-y-auto break-all whitespace-pre-wrap">
      <span className="text-soft">{word} </span>
      {writeJson(text)}
    </span>
  );
}
