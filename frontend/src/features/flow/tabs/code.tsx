'use client';
/** The files of the version, and the spec that was read out of them. */
import { useMemo } from 'react';
import { JsonView } from '@/components/json-view';
import { Loaded } from '@/components/page';
import { CopyButton } from '@/components/ui/copy-button';
import { Badge, Card, CardHeader } from '@/components/ui/surfaces';
import { FlowCodeDocument, type FlowCodeQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { cn } from '@/lib/cn';
import { bytes, plural } from '@/lib/format';
import { useGql } from '@/lib/use-gql';
import { specOf } from '../spec';
import { useFlowView } from '../use-flow';
import { paintedLines } from './paint';

type File = NonNullable<NonNullable<FlowCodeQuery['flow']>['sourceFiles']>[number];

const SPEC = 'FlowSpec';

export function Code() {
  const { flow } = useFlowView();
  const withPayloads = useCan()('PAYLOADS_READ');
  const query = useGql(FlowCodeDocument, { name: flow.name, version: flow.version, withPayloads });
  return <Loaded query={query}>{({ flow: found }) => <Files files={found?.sourceFiles ?? []} />}</Loaded>;
}

function Files({ files }: { files: readonly File[] }) {
  const { flow, state, setState } = useFlowView();
  const entry = specOf(flow.spec).entrypoint.split(':')[0];
  const usual = files.find(({ path }) => path === entry) ?? files[0];
  const file = state.file === SPEC ? undefined : (files.find(({ path }) => path === state.file) ?? usual);
  const names = [...files.map(({ path }) => path), SPEC];
  return (
    <div className="grid gap-4 md:grid-cols-[220px_minmax(0,1fr)]">
      <nav aria-label="Files" className="flex gap-1 overflow-x-auto md:grid md:content-start">
        {names.map((path) => (
          <button
            key={path}
            type="button"
            aria-current={path === (file?.path ?? SPEC)}
            onClick={() => void setState({ file: path })}
            className={cn('shrink-0 truncate rounded-md px-2 py-1 text-left font-mono text-xs hover:bg-hover', path === (file?.path ?? SPEC) && 'bg-accent-soft text-accent')}
          >
            {path}
          </button>
        ))}
      </nav>
      {file ? <FileText file={file} /> : <JsonView value={flow.spec} />}
    </div>
  );
}

function FileText({ file: { path, text, isTruncated } }: { file: File }) {
  const lines = useMemo(() => paintedLines(text, path), [text, path]);
  return (
    <Card className="overflow-hidden">
      <CardHeader
        title={<code className="font-mono text-xs">{path}</code>}
        actions={
          <span className="flex items-center gap-2 text-xs text-soft">
            {isTruncated && <Badge className="text-warn!">truncated</Badge>}
            {plural(lines.length, 'line')}, {bytes(new Blob([text]).size)}
            <CopyButton text={text} label={`Copy ${path}`} />
          </span>
        }
      />
      <div className="overflow-x-auto py-2" tabIndex={0} role="region" aria-label={path}>
        <table className="border-collapse font-mono text-xs leading-5">
          <tbody>
            {lines.map((pieces, at) => (
              <tr key={at}>
                <td className="w-12 pr-4 pl-3 text-right text-soft select-none">{at + 1}</td>
                <td className="pr-4 whitespace-pre">
                  {pieces.map(({ text: piece, tone }, index) => (
                    <span key={index} className={tone && TONES[tone]}>
                      {piece}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const TONES = { comment: 'text-soft italic', string: 'text-good', keyword: 'text-accent', number: 'text-warn', decorator: 'text-accent-2' } as const;
