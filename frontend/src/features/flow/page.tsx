'use client';
/** One flow and its versions. */
import { CopyMenu } from '@/components/copy-menu';
import { EmptyState } from '@/components/notes';
import { Loaded, Page, PageHeader } from '@/components/page';
import { RelativeTime } from '@/components/time';
import { Badge } from '@/components/ui/surfaces';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { FlowDetailDocument, type FlowDetailQuery } from '@/gql/graphql';
import { useRouteParam } from '@/lib/route-param';
import { useGql } from '@/lib/use-gql';

type Flow = NonNullable<FlowDetailQuery['flow']>;

export function FlowPage() {
  const name = useRouteParam();
  return (
    <Page title={name} requires="FLOWS_READ" key={name}>
      <Detail name={name} />
    </Page>
  );
}

function Detail({ name }: { name: string }) {
  const variables = { name };
  const query = useGql(FlowDetailDocument, variables);
  return (
    <Loaded query={query} missing={<Missing name={name} />}>
      {({ flow }) =>
        flow && (
          <>
            <PageHeader
              title={flow.name}
              about={flow.description}
              actions={<CopyMenu operation={{ document: FlowDetailDocument, variables }} cli={`dagy flows show ${flow.name}`} />}
            />
            <Versions versions={flow.versions.nodes} />
          </>
        )
      }
    </Loaded>
  );
}

function Versions({ versions }: { versions: Flow['versions']['nodes'] }) {
  return (
    <Table label="Versions">
      <thead>
        <tr>
          <Th>Version</Th>
          <Th>Archive</Th>
          <Th className="text-right">Deployed</Th>
        </tr>
      </thead>
      <tbody>
        {versions.map((one) => (
          <Tr key={one.id}>
            <Td className="font-medium">
              {one.version} {one.isLatest && <Badge>latest</Badge>}
            </Td>
            <Td className="font-mono text-xs text-soft">{one.artifactSha256.slice(0, 12)}</Td>
            <Td className="text-right text-soft">
              <RelativeTime at={one.createdAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function Missing({ name }: { name: string }) {
  return (
    <EmptyState title={`There is no flow ${name}`} snippet="dagy flows list">
      It may belong to another organization.
    </EmptyState>
  );
}
