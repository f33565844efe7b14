'use client';
/** Reads the run again a moment after something happened to it. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { RunPeekEventsDocument, type RunPeekQuery } from '@/gql/graphql';
import { isTerminal } from '@/lib/states';
import { useSubscription } from '@/lib/use-subscription';

const WAIT_MS = 600;

export function usePeekLive({ data, refetch }: Pick<UseQueryResult<RunPeekQuery>, 'data' | 'refetch'>): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const run = data?.run;
  const isLive = run != null && !isTerminal(run.state);
  const readSoon = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void refetch();
    }, WAIT_MS);
  };
  useSubscription(RunPeekEventsDocument, { runId: run?.id ?? '' }, readSoon, { enabled: isLive, onComplete: readSoon });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [run?.id],
  );
}
