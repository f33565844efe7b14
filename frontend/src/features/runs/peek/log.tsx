'use client';
import { useEffect, useState } from 'react';
import { AppLink, runPath } from '@/components/app-link';
import { Skeleton } from '@/components/ui/surfaces';
import { RunPeekLogDocument } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { count } from '@/lib/format';
import { useSubscription } from '@/lib/use-subscription';
import { appended, NO_LINES, READ_LINES } from './log-tail';

/** So that moving through the list does not read the log of every run on the way. */
const REST_MS = 350;
const FIRST_MS = 1500;

/** The last lines; they go on while the run does. Keyed by the run. */
export function PeekLog({ runId, slug }: { runId: string; slug: string }) {
  const [tail, setTail] = useState(NO_LINES);
  const [phase, setPhase] = useState<'resting' | 'reading' | 'quiet'>('resting');
  useEffect(() => {
    const start = setTimeout(() => setPhase('reading'), REST_MS);
    const quiet = setTimeout(() => setPhase('quiet'), REST_MS + FIRST_MS);
    return () => [start, quiet].forEach(clearTimeout);
  }, []);
  const isLong = tail.seen >= READ_LINES;
  useSubscription(
    RunPeekLogDocument,
    { runId },
    ({ runLogBatches: { lines } }) => setTail((was) => appended(was, lines)),
    { enabled: phase !== 'resting' && !isLong, onComplete: () => setPhase('quiet') },
  );
  const link = (
    <AppLink href={`${runPath(slug)}?tab=logs`} className="link">
      Open the log
    </AppLink>
  );
  if (isLong) {
    return (
      <p className="text-soft">
        More than {count(READ_LINES)} lines. {link}
      </p>
    );
  }
  if (tail.seen === 0) return phase === 'quiet' ? <p className="text-soft">No log lines.</p> : <Skeleton className="h-16" />;
  return (
    <>
      <pre role="region" tabIndex={0} aria-label="Last lines of the log" className="overflow-x-auto rounded-md border border-line bg-page px-2.5 py-2 font-mono text-xs leading-5">
        {tail.lines.map(({ at, level, message }, index) => (
          <div key={`${at}${index}`} className={cn((level === 'ERROR' || level === 'CRITICAL') && 'text-bad', level === 'WARNING' && 'text-warn')}>
            {message || ' '}
          </div>
        ))}
      </pre>
      <p className="mt-1 text-xs text-soft">
        {tail.seen > tail.lines.length && `The last ${tail.lines.length} of ${count(tail.seen)} lines. `}
        {link}
      </p>
    </>
  );
}
