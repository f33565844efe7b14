'use client';
/** Who did what to the run. */
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { RelativeTime } from '@/components/time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { RunAuditDocument } from '@/gql/graphql';
import { useGql } from '@/lib/use-gql';
import { useRunPage } from '../run-context';

export function AuditTrail() {
  const { run } = useRunPage();
  const query = useGql(RunAuditDocument, { slug: run.slug });
  return (
    <Loaded query={query}>
      {(data) => {
        const trail = data.run?.auditTrail;
        if (!trail || trail.nodes.length === 0) {
          return <EmptyState title="No audit entries for this run">Cancellations and retries are recorded here.</EmptyState>;
        }
        return (
          <div className="grid gap-2">
            <Table label="Audit trail">
              <thead>
                <tr>
                  <Th>When</Th>
                  <Th>Who</Th>
                  <Th>What</Th>
                </tr>
              </thead>
              <tbody>
                {trail.nodes.map((entry) => (
                  <Tr key={entry.id}>
                    <Td>
                      <RelativeTime at={entry.at} />
                    </Td>
                    <Td>{entry.actorName}</Td>
                    <Td className="font-mono text-xs">{entry.action}</Td>
                  </Tr>
                ))}
              </tbody>
            </Table>
            {trail.pageInfo.hasNextPage && <p className="text-soft">The newest 50 entries.</p>}
          </div>
        );
      }}
    </Loaded>
  );
}
