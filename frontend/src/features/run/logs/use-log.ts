'use client';
/** Follows the run's log once something on the page has asked for it. */
import { useState, useSyncExternalStore } from 'react';
import { RunLinesDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useSubscription } from '@/lib/use-subscription';
import { LogStore } from './log-store';

export function useLog(runId: string | undefined, isWanted: boolean): LogStore {
  const [store] = useState(() => new LogStore());
  const [began, setBegan] = useState(isWanted);
  if (isWanted && !began) setBegan(true);
  const mayRead = useCan()('PAYLOADS_READ');
  const [isFull, setFull] = useState(false);
  useSubscription(
    RunLinesDocument,
    () => ({ runId: runId ?? '', after: store.cursor }),
    ({ runLogBatches }) => {
      store.add(runLogBatches);
      if (store.status === 'full') setFull(true);
    },
    { enabled: mayRead && began && runId !== undefined && !isFull, key: runId, onComplete: () => store.complete() },
  );
  return store;
}

/** Draws anew when lines come; the lines are in `store.lines`. */
export function useLogVersion(store: LogStore): number {
  return useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
}
