'use client';
/** A run by its slug: read once, then moved on by its events. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { RunDetailDocument, RunDetailEventsDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { queryKey, useGql } from '@/lib/use-gql';
import { useSubscription } from '@/lib/use-subscription';
import { RunFeed } from './feed';
import { time, type RunEvent } from './model';

const GATHER_MS = 150;
/** New children of mapped tasks come by hundreds; their rows can wait a little. */
const UNREAD_MS = 1500;

export function useRun(slug: string) {
  const can = useCan();
  const variables = {
    slug,
    withFlow: can('FLOWS_READ'),
    withDeployment: can('DEPLOYMENTS_READ'),
    withEnvironment: can('ENVIRONMENTS_READ'),
    withEmails: can('EMAILS_READ'),
    withPayloads: can('PAYLOADS_READ'),
  };
  const [feed] = useState(() => new RunFeed());
  const query = useGql(RunDetailDocument, variables);
  const run = query.data?.run;
  const readSoon = useReadSoon(variables);
  // Not in an effect: the page would be drawn once without its tasks.
  if (run) feed.read(run);
  useSubscription(
    RunDetailEventsDocument,
    () => ({ runId: run?.id ?? '', after: feed.cursor }),
    ({ runEvents }) => {
      const isNew = saysNews(runEvents, feed);
      feed.tell(runEvents);
      if (isNew) readSoon(runEvents.taskKey == null || runEvents.type === 'RUN_FINISHED' ? GATHER_MS : UNREAD_MS);
    },
    { enabled: run != null, key: run?.id },
  );
  const model = useSyncExternalStore(feed.subscribe, feed.get, feed.get);
  return { query, variables, run, model };
}

/** What only the rows have: times and errors of the run, and ids of tasks that were not there. */
function saysNews(event: RunEvent, feed: RunFeed): boolean {
  const { tasks, asOf } = feed.get();
  if (event.type.startsWith('RUN_')) return (time(event.at) ?? 0) > asOf;
  return event.taskKey != null && !tasks.has(event.taskKey);
}

function useReadSoon(variables: Parameters<typeof queryKey<unknown, object>>[1]) {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const due = useRef(Number.POSITIVE_INFINITY);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (delayMs: number) => {
    if (performance.now() + delayMs >= due.current) return;
    clearTimeout(timer.current);
    due.current = performance.now() + delayMs;
    timer.current = setTimeout(() => {
      due.current = Number.POSITIVE_INFINITY;
      void client.invalidateQueries({ queryKey: ['RunDetail', variables] });
    }, delayMs);
  };
}
