import { AppLink, flowPath, runPath } from '@/components/app-link';
import { StateBadge } from '@/components/state';
import { Duration, RelativeTime } from '@/components/time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { RunRowFragment } from '@/gql/graphql';
import { sentence } from '@/lib/format';

export function RunTable({ runs }: { runs: readonly RunRowFragment[] }) {
  return (
    <Table label="Runs">
      <thead>
        <tr>
          <Th>State</Th>
          <Th>Run</Th>
          <Th>Flow</Th>
          <Th>Trigger</Th>
          <Th>Executor</Th>
          <Th className="text-right">Duration</Th>
          <Th className="text-right">Created</Th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunTableRow key={run.id} run={run} />
        ))}
      </tbody>
    </Table>
  );
}

function RunTableRow({ run }: { run: RunRowFragment }) {
  return (
    <Tr>
      <Td>
        <StateBadge state={run.state} />
      </Td>
      <Td>
        <AppLink href={runPath(run.slug)} className="link font-medium">
          {run.slug}
        </AppLink>
      </Td>
      <Td>
        {run.flow && (
          <>
            <AppLink href={flowPath(run.flow.name)} className="hover:underline">
              {run.flow.name}
            </AppLink>{' '}
            <span className="text-xs text-soft">{run.flow.version}</span>
          </>
        )}
      </Td>
      <Td className="text-soft">{sentence(run.trigger)}</Td>
      <Td className="text-soft">{sentence(run.executor)}</Td>
      <Td className="text-right">
        <Duration ms={run.durationMs} start={run.startedAt} end={run.finishedAt} />
      </Td>
      <Td className="text-right text-soft">
        <RelativeTime at={run.createdAt} />
      </Td>
    </Tr>
  );
}
