'use client';
/** Everything that was said of the run, by number; and who did something to it. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo, useRef } from 'react';
import { EmptyState } from '@/components/notes';
import { StateBadge } from '@/components/state';
import { Input } from '@/components/ui/input';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { useCan } from '@/lib/can';
import { cn } from '@/lib/cn';
import { absolute } from '@/lib/format';
import { useShortcut } from '@/lib/shortcuts';
import { describeEvent, sinceText } from '../describe';
import type { RunEvent } from '../live/model';
import { useRunPage } from '../run-context';
import { AuditTrail } from './audit-trail';

const KINDS = ['all', 'run', 'tasks', 'retries', 'audit'] as const;
type Kind = (typeof KINDS)[number];

const SHOWS: Record<Exclude<Kind, 'audit'>, (event: RunEvent) => boolean> = {
  all: () => true,
  run: ({ type }) => !type.startsWith('TASK_'),
  tasks: ({ type }) => type.startsWith('TASK_'),
  retries: ({ type }) => ['TASK_RETRYING', 'TASK_FAILED', 'TASK_TIMED_OUT', 'RUN_ATTEMPT_CRASHED', 'RUN_REQUEUED'].includes(type),
};

export default function Events() {
  const { model } = useRunPage();
  const [kind, setKind] = useQueryState('kind', parseAsStringLiteral(KINDS).withDefault('all'));
  const [text, setText] = useQueryState('event', parseAsString.withDefault(''));
  const mayAudit = useCan()('AUDIT_READ');
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Find an event', () => field.current?.focus(), { enabled: kind !== 'audit' });
  const shows = kind === 'audit' ? SHOWS.all : SHOWS[kind];
  const events = useMemo(() => model.events.filter((event) => shows(event) && isFound(event, text)), [model.events, shows, text]);
  const options = [
    { value: 'all', label: 'All' },
    { value: 'run', label: 'Of the run' },
    { value: 'tasks', label: 'Of tasks' },
    { value: 'retries', label: 'Failures' },
    ...(mayAudit ? [{ value: 'audit', label: 'Audit trail' } as const] : []),
  ] as const;
  return (
    <div className="flex h-[max(420px,calc(100dvh-230px))] flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <ToggleGroup label="Which events" value={kind} onChange={(next) => void setKind(next)} options={options} className="max-w-full overflow-x-auto" />
        {kind !== 'audit' && (
          <Input
            ref={field}
            type="search"
            aria-label="Find an event"
            placeholder="Task or text …"
            value={text}
            onChange={({ target }) => void setText(target.value || null)}
            className="w-52!"
          />
        )}
      </div>
      {kind === 'audit' && mayAudit ? <AuditTrail /> : <List events={events} />}
    </div>
  );
}

function isFound(event: RunEvent, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return !wanted || `${event.taskKey ?? ''} ${event.type} ${describeEvent(event)}`.toLowerCase().includes(wanted);
}

function List({ events }: { events: readonly RunEvent[] }) {
  const { run, selected, select } = useRunPage();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: events.length, getScrollElement: () => box.current, estimateSize: () => 34, overscan: 15 });
  if (events.length === 0) return <EmptyState title="No events">No events of this kind.</EmptyState>;
  return (
    <div ref={box} tabIndex={0} role="region" aria-label="Events" className="min-h-0 flex-1 overflow-auto rounded-lg border border-line bg-surface">
      <ol style={{ height: rows.getTotalSize() }} className="relative min-w-[640px]">
        {rows.getVirtualItems().map(({ index, start }) => {
          const event = events[index]!;
          return (
            <li
              key={event.sequence}
              style={{ transform: `translateY(${start}px)` }}
              className={cn(
                'absolute inset-x-0 top-0 grid h-8.5 grid-cols-[52px_84px_118px_minmax(120px,220px)_1fr] items-center gap-3 border-b border-line px-3',
                event.taskKey !== null && event.taskKey === selected && 'bg-accent-soft',
              )}
            >
              <span className="text-right text-xs text-soft">{event.sequence}</span>
              <time dateTime={event.at} title={absolute(event.at)} className="text-xs text-soft">
                {sinceText(event.at, run.createdAt)}
              </time>
              {/* It was so then: nothing turns. */}
              <span className="[&_svg]:animate-none!">
                <StateBadge state={event.taskState ?? event.runState} />
              </span>
              {event.taskKey ? (
                <button type="button" className="truncate text-left font-medium hover:underline" onClick={() => select(event.taskKey!)}>
                  {event.taskKey}
                </button>
              ) : (
                <span className="text-soft">The run</span>
              )}
              <span className="truncate text-soft" title={describeEvent(event)}>
                {describeEvent(event)}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
