'use client';
/** The catalog as a table. Columns that would be empty, or the same in each row, are left out. */
import { AppLink, flowPath } from '@/components/app-link';
import { RunBars } from '@/components/run-bars';
import { RelativeTime } from '@/components/time';
import { Badge } from '@/components/ui/surfaces';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { duration, sentence } from '@/lib/format';
import { creatorName } from '@/lib/started-by';
import { deploymentCount, RowButtons, Schedules, share, Tags, type RowActions } from './flow-parts';
import type { Flow } from './live';
import { ROW_LINK } from './use-row-keys';

interface Columns {
  runs: boolean;
  schedule: boolean;
  executor: boolean;
  deployments: boolean;
  tags: boolean;
  owner: boolean;
}

const actionsCell = 'sticky right-0 bg-surface text-right';

export function FlowTable({ flows, actions }: { flows: readonly Flow[]; actions: RowActions }) {
  const columns: Columns = {
    runs: flows.some((flow) => flow.statistics),
    schedule: flows.some((flow) => flow.schedules?.nodes.some((one) => one.enabled)),
    executor: new Set(flows.map((flow) => flow.defaultExecutor)).size > 1,
    deployments: flows.some((flow) => flow.deployments && deploymentCount(flow) !== '1'),
    tags: flows.some((flow) => Object.keys(flow.tags ?? {}).length > 0),
    owner: new Set(flows.map((flow) => flow.creator?.name)).size > 1,
  };
  return (
    <Table label="Flows">
      <thead>
        <tr>
          <Th>Flow</Th>
          {columns.runs && <Th>Recent runs</Th>}
          {columns.runs && <Th className="text-right">Success</Th>}
          {columns.runs && <Th className="text-right">Median</Th>}
          {columns.schedule && <Th>Schedule</Th>}
          <Th>Version</Th>
          {columns.deployments && (
            <Th className="text-right" title="Of the latest version">
              Deployments
            </Th>
          )}
          {columns.executor && <Th>Executor</Th>}
          {columns.tags && <Th>Tags</Th>}
          {columns.owner && <Th>Deployed by</Th>}
          <Th className={actionsCell}>
            <span className="sr-only">Actions</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {flows.map((flow) => (
          <FlowRow key={flow.name} flow={flow} actions={actions} columns={columns} />
        ))}
      </tbody>
    </Table>
  );
}

function FlowRow({ flow, actions, columns }: { flow: Flow; actions: RowActions; columns: Columns }) {
  const { statistics } = flow;
  return (
    <Tr>
      <Td className="max-w-72">
        <div className="flex items-baseline gap-2">
          <AppLink href={flowPath(flow.name)} {...{ [ROW_LINK]: '' }} className="link truncate font-medium">
            {flow.name}
          </AppLink>
          {flow.namespace && <span className="truncate font-mono text-2xs text-soft">{flow.namespace}</span>}
          {flow.status === 'INACTIVE' && <Badge className="text-warn!">archived</Badge>}
        </div>
        {flow.description && <div className="truncate text-xs text-soft">{flow.description}</div>}
      </Td>
      {columns.runs && <Td className="py-1">{statistics && <RunBars runs={statistics.latest} />}</Td>}
      {columns.runs && <Td className="text-right">{share(statistics?.successRate)}</Td>}
      {columns.runs && <Td className="text-right">{statistics?.p50DurationMs == null ? '–' : duration(statistics.p50DurationMs)}</Td>}
      {columns.schedule && (
        <Td className="max-w-56 truncate">
          <Schedules flow={flow} />
        </Td>
      )}
      <Td className="max-w-32">
        <div className="truncate font-mono text-xs">{flow.version}</div>
        <RelativeTime at={flow.createdAt} className="text-xs text-soft" />
      </Td>
      {columns.deployments && <Td className="text-right">{deploymentCount(flow)}</Td>}
      {columns.executor && <Td className="text-soft">{flow.defaultExecutor ? sentence(flow.defaultExecutor) : '–'}</Td>}
      {columns.tags && (
        <Td>
          <span className="flex gap-1">
            <Tags tags={flow.tags} most={2} />
          </span>
        </Td>
      )}
      {columns.owner && <Td className="max-w-40 truncate text-soft">{flow.creator && creatorName(flow.creator)}</Td>}
      <Td className={actionsCell}>
        <RowButtons flow={flow} actions={actions} />
      </Td>
    </Tr>
  );
}
