'use client';
/** What is stored to start the flow by itself. This version keeps it, and does not act on it yet. */
import { Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { ScheduleText } from '@/components/schedule-text';
import { Badge } from '@/components/ui/surfaces';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { FlowTriggersDocument, type FlowTriggersQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { absolute, sentence } from '@/lib/format';
import { every } from '@/lib/intervals';
import { useGql } from '@/lib/use-gql';
import { useFlowView } from '../use-flow';

type Schedule = NonNullable<FlowTriggersQuery['flow']>['schedules']['nodes'][number];
type Sensor = NonNullable<FlowTriggersQuery['deployments']>['nodes'][number]['sensors']['nodes'][number] & { deployment: string };

export function Triggers() {
  const { flow } = useFlowView();
  const can = useCan();
  const query = useGql(FlowTriggersDocument, {
    name: flow.name,
    withSchedules: can('SCHEDULES_READ'),
    withSensors: can('SENSORS_READ') && can('DEPLOYMENTS_READ'),
    withDeployments: can('DEPLOYMENTS_READ'),
  });
  return (
    <Loaded query={query}>
      {(data) => {
        const schedules = data.flow?.schedules.nodes ?? [];
        const sensors = (data.deployments?.nodes ?? []).flatMap(({ name, sensors: { nodes } }) => nodes.map((one) => ({ ...one, deployment: name })));
        if (schedules.length + sensors.length === 0) {
          return <EmptyState title="No schedules or sensors">Runs of {flow.name} are started by people and by programs.</EmptyState>;
        }
        return (
          <div className="grid gap-4">
            <p className="flex items-start gap-2 rounded-md bg-accent-soft px-3 py-2">
              <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-accent" />
              Schedules and sensors are stored, but this version of Dagy does not run them yet.
            </p>
            {schedules.length > 0 && <Schedules schedules={schedules} />}
            {sensors.length > 0 && <Sensors sensors={sensors} />}
          </div>
        );
      }}
    </Loaded>
  );
}

const Enabled = ({ enabled }: { enabled: boolean }): ReactNode => <Badge className={enabled ? 'text-good!' : undefined}>{enabled ? 'enabled' : 'disabled'}</Badge>;

function Schedules({ schedules }: { schedules: readonly Schedule[] }) {
  return (
    <section aria-label="Schedules" className="grid gap-2">
      <h2 className="font-semibold">Schedules</h2>
      <Table label="Schedules">
        <thead>
          <tr>
            <Th>Schedule</Th>
            <Th>When</Th>
            <Th>Zone</Th>
            <Th>Deployment</Th>
            <Th>State</Th>
            <Th>Due times</Th>
          </tr>
        </thead>
        <tbody>
          {schedules.map((one) => (
            <Tr key={one.id}>
              <Td className="font-medium">{one.name}</Td>
              <Td className="min-w-52 whitespace-normal!">
                <ScheduleText schedule={{ ...one, timezone: 'UTC' }} />
                {one.cron && <code className="block font-mono text-2xs text-soft">{one.cron}</code>}
              </Td>
              <Td className="text-soft">{one.timezone}</Td>
              <Td className="text-soft">{one.deployment?.name}</Td>
              <Td>
                <Enabled enabled={one.enabled} />
              </Td>
              <Td className="text-soft">
                <ul className="py-1 text-xs">
                  {one.preview.map(({ at, note }) => (
                    <li key={at} title={note ?? undefined}>
                      {absolute(at, one.timezone)}
                      {note && ' *'}
                    </li>
                  ))}
                </ul>
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
      {schedules.some(({ preview }) => preview.some(({ note }) => note)) && <p className="text-xs text-soft">* Daylight saving time moves it.</p>}
    </section>
  );
}

const LOOKS_AT = { WEBHOOK: 'Webhook calls', HTTP: 'A URL', RUN: 'Finished runs', S3: 'A bucket' } as const;

function Sensors({ sensors }: { sensors: readonly Sensor[] }) {
  return (
    <section aria-label="Sensors" className="grid gap-2">
      <h2 className="font-semibold">Sensors</h2>
      <Table label="Sensors">
        <thead>
          <tr>
            <Th>Sensor</Th>
            <Th>Kind</Th>
            <Th>Looks at</Th>
            <Th>How often</Th>
            <Th>Deployment</Th>
            <Th>State</Th>
          </tr>
        </thead>
        <tbody>
          {sensors.map((one) => (
            <Tr key={one.id}>
              <Td className="font-medium">{one.name}</Td>
              <Td>{sentence(one.kind)}</Td>
              <Td className="text-soft">{LOOKS_AT[one.kind]}</Td>
              <Td className="text-soft">{one.intervalSeconds ? every(one.intervalSeconds) : 'as it happens'}</Td>
              <Td className="text-soft">{one.deployment}</Td>
              <Td>
                <Enabled enabled={one.enabled} />
              </Td>
            </Tr>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
