'use client';
/** A run by its slug: read once, then moved on by its events. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState, useSyncExternalStore } from 'react';
import { RunDetailDocument, RunDetailEventsDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useGql } from '@/lib/use-gql';
import { useSubscription } from '@/lib/use-subscription';
import { RunFeed } from './feed';
import { time, type RunEvent } from './model';

const GATHER_MS = 150;

/** `selected` is the key of a task: its id must be known, to read what it returned. */
export function useRun(slug: string, selected: string | null) {
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
      if (isNew) readSoon();
    },
    { enabled: run != null, key: run?.id },
  );
  const model = useSyncExternalStore(feed.subscribe, feed.get, feed.get);
  const isUnread = selected !== null && model.tasks.get(selected)?.id === null;
  const readUnread = useEffectEvent(readSoon);
  useEffect(() => {
    if (isUnread) readUnread();
  }, [isUnread, selected]);
  return { query, variables, run, model };
}

/** What only the rows have: times and errors of the run. Tasks that are new come with their events. */
function saysNews({ type, at }: RunEvent, feed: RunFeed): boolean {
  return type.startsWith('RUN_') && (time(at) ?? 0) > feed.get().asOf;
}

function useReadSoon(variables: object) {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void client.invalidateQueries({ queryKey: ['RunDetail', variables] }), GATHER_MS);
  };
}
