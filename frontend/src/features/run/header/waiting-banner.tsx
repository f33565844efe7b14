'use client';
import { Clock } from 'lucide-react';
import { RelativeTime } from '@/components/time';
import { useRunPage } from '../run-context';

/** Why a queued run does not run yet. */
export function WaitingBanner() {
  const { run } = useRunPage();
  if (run.state !== 'QUEUED') return null;
  return (
    <div role="status" className="flex items-start gap-2.5 rounded-lg border border-line-strong bg-surface px-4 py-2.5">
      <Clock aria-hidden className="mt-0.5 size-4 shrink-0 text-queued" />
      <p className="min-w-0 break-words">
        <span className="font-medium">{run.waiting ? `Waiting: ${run.waiting.message}.` : 'Waiting to be picked up.'}</span>{' '}
        <span className="text-soft">
          Queued <RelativeTime at={run.queuedAt} />.
        </span>
      </p>
    </div>
  );
}
