'use client';
import { StateGlyph } from '@/components/state';
import { absolute } from '@/lib/format';
import { describeEvent, sinceText } from '../describe';
import type { RunEvent } from '../live/model';
import { useRunPage } from '../run-context';
import { Part } from './task-panel';

/** Each step of the task, as it happened. */
export function Attempts({ history }: { history: readonly RunEvent[] }) {
  const { run } = useRunPage();
  if (history.length === 0) return null;
  return (
    <Part title="History">
      <ol className="grid gap-1">
        {history.map((event) => (
          <li key={event.sequence} className="grid grid-cols-[auto_1fr_auto] items-baseline gap-2">
            <span className="translate-y-0.5">
              <StateGlyph state={event.taskState ?? event.runState} className="animate-none!" />
            </span>
            <span className="min-w-0 break-words">{describeEvent(event)}</span>
            <time dateTime={event.at} title={absolute(event.at)} className="text-xs text-soft">
              {sinceText(event.at, run.startedAt ?? run.createdAt)}
            </time>
          </li>
        ))}
      </ol>
    </Part>
  );
}
