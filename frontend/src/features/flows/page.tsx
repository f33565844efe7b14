'use client';
/** The flows, each by its latest version. */
import { parseAsString, useQueryState } from 'nuqs';
import { AppLink, flowPath } from '@/components/app-link';
import { CopyMenu } from '@/components/copy-menu';
import { EmptyState } from '@/components/notes';
import { Loaded, Page, PageHeader } from '@/components/page';
import { RelativeTime } from '@/components/time';
import { Input } from '@/components/ui/input';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { keepPreviousData } from '@tanstack/react-query';
import { useRef } from 'react';
import { FlowListDocument, type FlowListQuery } from '@/gql/graphql';
import { useShortcut } from '@/lib/shortcuts';
import { useGql } from '@/lib/use-gql';

const SHOWN = 100;

export function FlowsPage() {
  return (
    <Page title="Flows" requires="FLOWS_READ">
      <Flows />
    </Page>
  );
}

function Flows() {
  const [search, setSearch] = useQueryState('q', parseAsString.withDefault('').withOptions({ throttleMs: 200 }));
  const variables = { filter: search ? { search } : null, first: SHOWN };
  const query = useGql(FlowListDocument, variables, { placeholderData: keepPreviousData });
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Filter flows', () => input.current?.focus());
  return (
    <>
      <PageHeader title="Flows" actions={<CopyMenu operation={{ document: FlowListDocument, variables }} cli="dagy flows list" />} />
      <Input
        ref={input}
        type="search"
        aria-label="Filter flows by name"
        placeholder="Filter by name …"
        className="max-w-80"
        value={search}
        onChange={({ target }) => void setSearch(target.value || null)}
      />
      <Loaded query={query}>
        {({ flows }) => (flows.nodes.length > 0 ? <FlowTable flows={flows.nodes} /> : <NoFlows search={search} />)}
      </Loaded>
    </>
  );
}

function NoFlows({ search }: { search: string }) {
  if (search) return <EmptyState title="No flow has that in its name" />;
  return (
    <EmptyState title="No flows yet" snippet="dagy deploy flow.py">
      Deploy the first one from its folder.
    </EmptyState>
  );
}

function FlowTable({ flows }: { flows: FlowListQuery['flows']['nodes'] }) {
  return (
    <Table label="Flows">
      <thead>
        <tr>
          <Th>Flow</Th>
          <Th>About</Th>
          <Th>Version</Th>
          <Th className="text-right">Deployed</Th>
        </tr>
      </thead>
      <tbody>
        {flows.map((flow) => (
          <Tr key={flow.id}>
            <Td>
              <AppLink href={flowPath(flow.name)} className="link font-medium">
                {flow.name}
              </AppLink>
            </Td>
            <Td className="max-w-96 truncate text-soft">{flow.description}</Td>
            <Td>{flow.version}</Td>
            <Td className="text-right text-soft">
              <RelativeTime at={flow.createdAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
