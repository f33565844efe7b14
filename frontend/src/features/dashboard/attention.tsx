'use client';
/** What somebody should look at now, and what one can do about it. */
import { CircleCheck, Clock, Hourglass, ServerOff, TimerOff, X, Zap, type LucideIcon } from 'lucide-react';
import type { AttentionKind } from '@/gql/graphql';
import { AppLink, runPath } from '@/components/app-link';
import { RelativeTime } from '@/components/time';
import { Badge, Card, CardHeader } from '@/components/ui/surfaces';
import { cn } from '@/lib/cn';
import { count } from '@/lib/format';
import { AttentionVerbs } from './attention-verbs';
import type { Dashboard } from './use-dashboard';

export type AttentionItem = Dashboard['attention'][number];

/** As many as the server tells at most. */
const MOST = 10;

const LOOKS: Record<AttentionKind, { icon: LucideIcon; tone: string }> = {
  LATEST_RUN_FAILED: { icon: X, tone: 'text-failed' },
  RUN_CRASHED: { icon: Zap, tone: 'text-crashed' },
  LONG_WAIT: { icon: Clock, tone: 'text-warn' },
  SLA_RISK: { icon: TimerOff, tone: 'text-warn' },
  WORKER_MISSING: { icon: ServerOff, tone: 'text-bad' },
  COMPONENT_UNHEALTHY: { icon: Hourglass, tone: 'text-bad' },
};

export function Attention({ items }: { items: readonly AttentionItem[] }) {
  return (
    <Card aria-label="Needs attention" className="flex flex-col">
      <CardHeader title="Needs attention" actions={items.length > 0 && <Badge>{items.length < MOST ? count(items.length) : `latest ${MOST}`}</Badge>} />
      {items.length === 0 ? (
        <p className="flex flex-1 items-center justify-center gap-2 p-6 text-soft">
          <CircleCheck aria-hidden className="size-4 text-good" /> Nothing needs attention.
        </p>
      ) : (
        <ul className="max-h-[17.5rem] flex-1 overflow-y-auto" tabIndex={0} aria-label="Needs attention">
          {items.map((item) => (
            <Item key={`${item.kind} ${item.run?.id ?? item.message}`} item={item} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Item({ item }: { item: AttentionItem }) {
  const { icon: Icon, tone } = LOOKS[item.kind];
  return (
    <li className="flex gap-2.5 border-b border-line px-4 py-2.5 last:border-0">
      <Icon aria-hidden strokeWidth={2.5} className={cn('mt-0.5 size-4 shrink-0', tone)} />
      <div className="min-w-0 flex-1">
        <p className="break-words">
          <Message item={item} />
        </p>
        <div className="mt-1 flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
          <RelativeTime at={item.at} className="text-xs text-soft" />
          <span data-no-print className="ml-auto flex items-center gap-1.5">
            <AttentionVerbs item={item} />
          </span>
        </div>
      </div>
    </li>
  );
}

/** The run's name in it is the way to the run. */
function Message({ item: { message, run } }: { item: AttentionItem }) {
  if (!run || !message.includes(run.slug)) return message;
  const [before, after] = message.split(run.slug, 2);
  return (
    <>
      {before}
      <AppLink href={runPath(run.slug)} className="link font-medium">
        {run.slug}
      </AppLink>
      {after}
    </>
  );
}
