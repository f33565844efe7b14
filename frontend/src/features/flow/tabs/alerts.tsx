'use client';
/** The rules that tell somebody about this flow's runs: its own, and those of every flow. */
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { Badge } from '@/components/ui/surfaces';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { FlowAlertsDocument, type FlowAlertFragment } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { relative, sentence } from '@/lib/format';
import { useNow } from '@/lib/now';
import { useGql } from '@/lib/use-gql';
import { useFlowView } from '../use-flow';

export function Alerts() {
  const { flow } = useFlowView();
  const can = useCan();
  const query = useGql(FlowAlertsDocument, { name: flow.name, withChannels: can('NOTIFICATIONS_READ'), withEnvironments: can('ENVIRONMENTS_READ') });
  return (
    <Loaded query={query}>
      {({ own, every }) => {
        const rules = [...own.nodes, ...every.nodes.filter(({ flowName }) => !flowName)];
        if (rules.length === 0) return <EmptyState title="No alert rules for this flow">Create one with the createAlertRule mutation.</EmptyState>;
        return <Rules rules={rules} />;
      }}
    </Loaded>
  );
}

function Rules({ rules }: { rules: readonly FlowAlertFragment[] }) {
  const can = useCan();
  return (
    <Table label="Alert rules">
      <thead>
        <tr>
          <Th>Rule</Th>
          <Th>When</Th>
          <Th>Of</Th>
          {can('ENVIRONMENTS_READ') && <Th>Environment</Th>}
          {can('NOTIFICATIONS_READ') && <Th>Tells</Th>}
          <Th>State</Th>
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <Tr key={rule.id}>
            <Td className="font-medium">{rule.name}</Td>
            <Td>{sentence(rule.trigger)}</Td>
            <Td className="text-soft">{rule.flowName ?? 'every flow'}</Td>
            {can('ENVIRONMENTS_READ') && <Td className="text-soft">{rule.environment?.name ?? 'every one'}</Td>}
            {can('NOTIFICATIONS_READ') && (
              <Td className="text-soft">
                {rule.channel && (
                  <>
                    {rule.channel.name} <Badge>{sentence(rule.channel.kind)}</Badge>
                  </>
                )}
              </Td>
            )}
            <Td>
              <RuleState rule={rule} />
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  );
}

function RuleState({ rule: { enabled, mutedUntil } }: { rule: FlowAlertFragment }) {
  const now = useNow();
  if (!enabled) return <Badge>disabled</Badge>;
  if (mutedUntil && Date.parse(mutedUntil) > now) return <Badge className="text-warn!">muted, ends {relative(mutedUntil, now)}</Badge>;
  return <Badge className="text-good!">enabled</Badge>;
}
