import { StateBadge } from '@/components/state';
import { Duration } from '@/components/time';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import type { Run } from './page';

export function TaskTable({ tasks }: { tasks: Run['taskRuns']['nodes'] }) {
  return (
    <Table label="Tasks">
      <thead>
        <tr>
          <Th>State</Th>
          <Th>Task</Th>
          <Th className="text-right">Attempt</Th>
          <Th className="text-right">Duration</Th>
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <Tr key={task.id}>
            <Td>
              <StateBadge state={task.state} />
            </Td>
            <Td className="font-medium">
              {task.name} {task.key !== task.name && <span className="font-normal text-soft">{task.key}</span>}
            </Td>
            <Td className="text-right">{task.attempt}</Td>
            <Td className="text-right">
              <Duration ms={task.durationMs} start={task.startedAt} end={task.finishedAt} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}
