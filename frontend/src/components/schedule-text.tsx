'use client';
/** When a schedule is due, in words. The reader of cron expressions loads with the first of them. */
import { useQuery } from '@tanstack/react-query';
import type { ScheduleKind } from '@/gql/graphql';
import { absolute } from '@/lib/format';
import { every } from '@/lib/intervals';

export interface ScheduleTimes {
  kind: ScheduleKind;
  cron?: string | null;
  intervalSeconds?: number | null;
  at?: string | null;
  timezone: string;
}

export function ScheduleText({ schedule }: { schedule: ScheduleTimes }) {
  const { kind, cron, intervalSeconds, at, timezone } = schedule;
  if (kind === 'CRON' && cron) return <CronText cron={cron} timezone={timezone} />;
  if (kind === 'INTERVAL' && intervalSeconds) return <>{every(intervalSeconds)}</>;
  if (kind === 'ONCE' && at) return <>Once, {absolute(at, timezone)}</>;
  return <>By hand</>;
}

function CronText({ cron, timezone }: { cron: string; timezone: string }) {
  const { data: words } = useQuery({ queryKey: ['cron', cron], queryFn: () => inWords(cron), staleTime: Infinity });
  return (
    <span title={cron}>
      {words ?? <code className="font-mono text-xs">{cron}</code>}
      {timezone !== 'UTC' && <span className="text-soft"> ({timezone})</span>}
    </span>
  );
}

async function inWords(cron: string): Promise<string> {
  const { default: cronstrue } = await import('cronstrue');
  try {
    return cronstrue.toString(cron, { use24HourTimeFormat: true, verbose: false });
  } catch {
    return cron;
  }
}
