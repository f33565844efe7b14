'use client';
/** Two versions side by side: their tasks as one picture, their settings, their source. */
import { X } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import { Loaded } from '@/components/page';
import { IconButton } from '@/components/ui/icon-button';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { FlowVersionPairDocument, type FlowVersionPairQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { writeJson } from '@/lib/json';
import { useGql } from '@/lib/use-gql';
import type { NodeMark } from '../graph/node';
import { SpecGraph } from '../graph/spec-graph';
import { specOf } from '../spec';
import { SourceDiff } from './source-diff';
import { diffSpecs, unionOf, type SpecDiff, type ValueChange } from './spec-diff';

type Side = NonNullable<FlowVersionPairQuery['before']>;

interface VersionDiffProps {
  name: string;
  from: string;
  to: string;
  onClose: () => void;
}

export function VersionDiff({ name, from, to, onClose }: VersionDiffProps) {
  const query = useGql(FlowVersionPairDocument, { name, from, to, withPayloads: useCan()('PAYLOADS_READ') });
  return (
    <section aria-label={`From ${from} to ${to}`} className="grid gap-4">
      <div className="flex items-center justify-between">
        <h2 className="font-semibold">
          From <code className="font-mono text-xs">{from}</code> to <code className="font-mono text-xs">{to}</code>
        </h2>
        <IconButton size="sm" label="Close the comparison" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </div>
      <Loaded query={query}>{({ before, after }) => (before && after ? <Difference before={before} after={after} /> : <p className="text-soft">One of the two versions no longer exists.</p>)}</Loaded>
    </section>
  );
}

function Difference({ before, after }: { before: Side; after: Side }) {
  const [old, now] = useMemo(() => [specOf(before.spec), specOf(after.spec)], [before, after]);
  const diff = useMemo(() => diffSpecs(old, now), [old, now]);
  const tasks = useMemo(() => unionOf(old.tasks, now.tasks), [old, now]);
  const marks = useMemo(() => new Map<string, NodeMark>(diff.tasks.map(({ key, kind }) => [key, kind])), [diff]);
  const [selected, setSelected] = useState<string | null>(null);
  return (
    <>
      <Card className="overflow-hidden">
        <CardHeader title="Tasks" actions={<Legend />} />
        <SpecGraph tasks={tasks} marks={marks} selected={selected} onSelect={setSelected} className="h-72" />
        <TaskChanges diff={diff} selected={selected} />
      </Card>
      <Changes title="Parameters" changes={diff.parameters} />
      <Changes title="Flow settings" changes={diff.flow} />
      {before.sourceFiles && after.sourceFiles && <SourceDiff before={before.sourceFiles} after={after.sourceFiles} />}
    </>
  );
}

function Legend() {
  return (
    <span className="flex gap-3 text-xs">
      <span className="text-good">+ added</span>
      <span className="text-bad">− removed</span>
      <span className="text-warn">~ changed</span>
    </span>
  );
}

const SIGNS = { added: '+ added', removed: '− removed', changed: '~ changed' } as const;
const TONES = { added: 'text-good', removed: 'text-bad', changed: 'text-warn' } as const;

function TaskChanges({ diff, selected }: { diff: SpecDiff; selected: string | null }) {
  const shown = selected === null ? diff.tasks : diff.tasks.filter(({ key }) => key === selected);
  if (shown.length === 0) return <p className="border-t border-line px-4 py-2 text-soft">{selected === null ? 'No task changed.' : 'No changes to this task.'}</p>;
  return (
    <ul className="divide-y divide-line border-t border-line">
      {shown.map(({ key, kind, changes }) => (
        <li key={key} className="px-4 py-2">
          <span className={`mr-2 text-xs ${TONES[kind]}`}>{SIGNS[kind]}</span>
          <span className="font-medium">{key}</span>
          {changes.length > 0 && <ChangeList changes={changes} />}
        </li>
      ))}
    </ul>
  );
}

function Changes({ title, changes }: { title: string; changes: readonly ValueChange[] }): ReactNode {
  if (changes.length === 0) return null;
  return (
    <Card>
      <CardHeader title={title} />
      <div className="px-4 py-2">
        <ChangeList changes={changes} />
      </div>
    </Card>
  );
}

function ChangeList({ changes }: { changes: readonly ValueChange[] }) {
  return (
    <ul className="grid gap-1 text-xs">
      {changes.map(({ path, before, after }) => (
        <li key={path} className="flex flex-wrap items-baseline gap-x-2">
          <code className="font-mono">{path}</code>
          <Value value={before} sign="−" tone="text-bad" />
          <Value value={after} sign="+" tone="text-good" />
        </li>
      ))}
    </ul>
  );
}

function Value({ value, sign, tone }: { value: unknown; sign: string; tone: string }) {
  if (value === undefined) return null;
  return (
    <code className={`min-w-0 font-mono break-all ${tone}`}>
      {sign} {writeJson(value)}
    </code>
  );
}
