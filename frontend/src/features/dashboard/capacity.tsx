/** Who does the work, and whether what it needs is well. */
import { CircleAlert, CircleCheck, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { HealthStatus } from '@/gql/graphql';
import { CodeBlock } from '@/components/code-block';
import { Card, CardHeader, Progress } from '@/components/ui/surfaces';
import { cn } from '@/lib/cn';
import { count, duration, plural, sentence } from '@/lib/format';
import type { DashboardQuery } from '@/gql/graphql';

type Workers = DashboardQuery['dashboard']['workers'];
type Health = NonNullable<DashboardQuery['health']>;

const LOOKS: Record<HealthStatus, { icon: LucideIcon; tone: string }> = {
  HEALTHY: { icon: CircleCheck, tone: 'text-good' },
  DEGRADED: { icon: TriangleAlert, tone: 'text-warn' },
  UNHEALTHY: { icon: CircleAlert, tone: 'text-bad' },
};

export function Capacity({ workers, health }: { workers: Workers; health?: Health }) {
  return (
    <Card aria-label="Workers and health">
      <CardHeader title={health ? 'Workers and health' : 'Workers'} />
      <WorkersNow workers={workers} />
      {health && (
        <ul className="border-t border-line px-4 py-2" aria-label="Components">
          {health.components.map((one) => (
            <Component key={one.name} component={one} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function WorkersNow({ workers: { alive, slots, busy } }: { workers: Workers }) {
  if (alive === 0) {
    return (
      <div className="grid gap-2 px-4 py-3">
        <p>No workers are running. Runs stay queued until one starts.</p>
        <CodeBlock code="dagy worker" label="Copy the command" />
      </div>
    );
  }
  return (
    <div className="grid gap-2 px-4 py-3">
      <p className="flex justify-between gap-3">
        <span>{plural(alive, 'worker')} alive</span>
        <span className="text-soft">
          {count(busy)} of {plural(slots, 'slot')} busy
        </span>
      </p>
      <Progress value={busy} max={slots} label="Busy slots" />
    </div>
  );
}

function Component({ component: { name, status, latencyMs, message } }: { component: Health['components'][number] }) {
  const { icon: Icon, tone } = LOOKS[status];
  return (
    <li className="py-1">
      <div className="flex items-center gap-2">
        <Icon aria-hidden className={cn('size-4 shrink-0', tone)} />
        {sentence(name)}
        <span className="sr-only">: {status.toLowerCase()}</span>
        <span className="ml-auto text-soft" title="Response time">
          {status === 'HEALTHY' ? duration(latencyMs) : sentence(status)}
        </span>
      </div>
      {message && <p className="pl-6 text-xs break-words text-soft">{message}</p>}
    </li>
  );
}
