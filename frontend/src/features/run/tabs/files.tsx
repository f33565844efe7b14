'use client';
/** The files that the run saved. */
import { Download, File as FileIcon } from 'lucide-react';
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { RelativeTime } from '@/components/time';
import { buttonStyle } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { RunFilesDocument, type RunFilesQuery } from '@/gql/graphql';
import { bytes } from '@/lib/format';
import { useGql } from '@/lib/use-gql';
import { useRunPage } from '../run-context';
import { useFilesAnew } from './use-files-anew';

type RunFile = NonNullable<RunFilesQuery['run']>['artifacts'][number];

export default function Files() {
  const { run } = useRunPage();
  const query = useGql(RunFilesDocument, { slug: run.slug });
  useFilesAnew();
  return <Loaded query={query}>{(data) => <List files={data.run?.artifacts ?? []} />}</Loaded>;
}

function List({ files }: { files: readonly RunFile[] }) {
  const { select } = useRunPage();
  if (files.length === 0) {
    return (
      <EmptyState title="This run saved no files" icon={<FileIcon aria-hidden />} snippet={'from dagy import save_artifact\n\nsave_artifact("report.html", html)'}>
        A task can save reports, tables and pictures.
      </EmptyState>
    );
  }
  return (
    <Table label="Files">
      <thead>
        <tr>
          <Th>Name</Th>
          <Th>Task</Th>
          <Th>Type</Th>
          <Th className="text-right">Size</Th>
          <Th>SHA-256</Th>
          <Th className="text-right">Saved</Th>
          <Th>
            <span className="sr-only">Download</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {files.map((file) => (
          <Tr key={file.id}>
            <Td className="font-medium">
              <a href={file.url} target="_blank" rel="noreferrer" className="link">
                {file.name}
              </a>
            </Td>
            <Td>
              {file.taskKey && (
                <button type="button" className="hover:underline" onClick={() => select(file.taskKey!)}>
                  {file.taskKey}
                </button>
              )}
            </Td>
            <Td className="text-soft">{file.contentType}</Td>
            <Td className="text-right">{bytes(file.sizeBytes)}</Td>
            <Td>
              <span className="inline-flex items-center gap-1 font-mono text-xs text-soft">
                {file.sha256.slice(0, 12)} <CopyButton text={file.sha256} label="Copy the SHA-256" />
              </span>
            </Td>
            <Td className="text-right text-soft">
              <RelativeTime at={file.createdAt} />
            </Td>
            <Td>
              <a href={file.url} download={file.name} aria-label={`Download ${file.name}`} className={buttonStyle({ variant: 'ghost', size: 'sm' })}>
                <Download aria-hidden />
              </a>
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
