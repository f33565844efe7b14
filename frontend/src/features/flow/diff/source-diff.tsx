'use client';
/** What differs in the files of two versions, line by line. */
import { useMemo } from 'react';
import { Badge, Card, CardHeader } from '@/components/ui/surfaces';
import { cn } from '@/lib/cn';
import { plural } from '@/lib/format';
import { diffLines, hunksOf, type Line } from './lines';

interface File {
  path: string;
  text: string;
  isTruncated: boolean;
}

/** Written by the packer; the spec in it is compared above, with more sense. */
const MANIFEST = 'dagy.json';

export function SourceDiff({ before, after }: { before: readonly File[]; after: readonly File[] }) {
  const paths = [...new Set([...before, ...after].map(({ path }) => path))].filter((path) => path !== MANIFEST).sort();
  const sides = paths.map((path) => ({ path, old: before.find((one) => one.path === path), now: after.find((one) => one.path === path) }));
  const changed = sides.filter(({ old, now }) => old?.text !== now?.text);
  if (changed.length === 0) return <p className="text-soft">The source is identical.</p>;
  return changed.map(({ path, old, now }) => <FileDiff key={path} path={path} old={old} now={now} />);
}

function FileDiff({ path, old, now }: { path: string; old?: File; now?: File }) {
  const lines = useMemo(() => diffLines(old?.text ?? '', now?.text ?? ''), [old, now]);
  const count = (kind: Line['kind']) => lines.filter((line) => line.kind === kind).length;
  return (
    <Card className="overflow-hidden">
      <CardHeader
        title={<code className="font-mono text-xs">{path}</code>}
        actions={
          <span className="flex items-center gap-2 text-xs">
            {!old && <Badge>new</Badge>}
            {!now && <Badge>deleted</Badge>}
            {(old?.isTruncated || now?.isTruncated) && <Badge>truncated</Badge>}
            <span className="text-good">+{count('added')}</span>
            <span className="text-bad">−{count('removed')}</span>
          </span>
        }
      />
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={`Changes in ${path}`}>
        <table className="w-full border-collapse font-mono text-xs leading-5">
          <tbody>
            {hunksOf(lines).map((hunk, at) =>
              'skipped' in hunk ? (
                <tr key={at} className="bg-page text-soft">
                  <td colSpan={4} className="px-3">
                    … {plural(hunk.skipped, 'line')} the same
                  </td>
                </tr>
              ) : (
                hunk.lines.map((line) => <LineRow key={`${line.before}-${line.after}`} line={line} />)
              ),
            )}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const ROWS = { same: '', added: 'bg-[color-mix(in_srgb,var(--good)_12%,transparent)]', removed: 'bg-[color-mix(in_srgb,var(--bad)_12%,transparent)]' } as const;
const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

function LineRow({ line: { kind, text, before, after } }: { line: Line }) {
  return (
    <tr className={ROWS[kind]}>
      <td className="w-10 pr-2 pl-3 text-right text-soft select-none">{before}</td>
      <td className="w-10 pr-2 text-right text-soft select-none">{after}</td>
      <td className={cn('w-5', kind === 'added' && 'text-good', kind === 'removed' && 'text-bad')}>{SIGNS[kind]}</td>
      <td className="pr-3 whitespace-pre">{text}</td>
    </tr>
  );
}
