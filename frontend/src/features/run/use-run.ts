'use client';
/** A run and its tasks, read again whenever an event says that something changed. */
import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { RunDetailDocument, RunDetailEventsDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { isTerminal } from '@/lib/states';
import { queryKey, useGql } from '@/lib/use-gql';
import { useSubscription } from '@/lib/use-subscription';

const GATHER_MS = 150;

export function useRun(slug: string) {
  const variables = { slug, withFlow: useCan()('FLOWS_READ') };
  const client = useQueryClient();
  const query = useGql(RunDetailDocument, variables);
  const run = query.data?.run;
  const cursor = useRef<string>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const readSoon = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void client.invalidateQueries({ queryKey: queryKey(RunDetailDocument, variables) }), GATHER_MS);
  };
  useSubscription(
    RunDetailEventsDocument,
    () => ({ runId: run?.id ?? '', after: cursor.current }),
    ({ runEvents }) => {
      cursor.current = runEvents.cursor;
      readSoon();
    },
    { enabled: run != null && !isTerminal(run.state), key: run?.id },
  );
  return { query, variables };
}
