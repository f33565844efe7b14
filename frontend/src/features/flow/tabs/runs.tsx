'use client';
/** The last runs of the flow; /runs has all of them. */
import { AppLink, runPath } from '@/components/app-link';
import { EmptyState } from '@/components/notes';
import { StateBadge } from '@/components/state';
import { Duration, RelativeTime } from '@/components/time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { sentence } from '@/lib/format';
import { runsPath } from '@/lib/runs-path';
import { useFlowView } from '../use-flow';

export function Runs() {
  const { flow, runs } = useFlowView();
  if (!runs?.length) return <EmptyState title="No runs yet" snippet={`dagy trigger ${flow.name} --follow`} />;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <p className="text-soft">The last {runs.length}, of all versions.</p>
        <AppLink href={runsPath({ flow: flow.name })} className="link">
          All runs, with filters
        </AppLink>
      </div>
      <Table label={`Runs of ${flow.name}`}>
        <thead>
          <tr>
            <Th>State</Th>
            <Th>Run</Th>
            <Th>Version</Th>
            <Th>Trigger</Th>
            <Th>Executor</Th>
            <Th className="text-right">Duration</Th>
            <Th className="text-right">Created</Th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Tr key={run.id}>
              <Td>
                <StateBadge state={run.state} />
              </Td>
              <Td>
                <AppLink href={runPath(run.slug)} className="link font-medium">
                  {run.slug}
                </AppLink>
              </Td>
              <Td className="font-mono text-xs text-soft">{run.flow.version}</Td>
              <Td className="text-soft">{sentence(run.trigger)}</Td>
              <Td className="text-soft">{sentence(run.executor)}</Td>
              <Td className="text-right">
                <Duration ms={run.durationMs} start={run.startedAt} end={run.finishedAt} />
              </Td>
              <Td className="text-right text-soft">
                <RelativeTime at={run.createdAt} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
