'use client';
/** Changes of runs as they happen: a few times a second they go into the rows, all at once. */
import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { RunListNewsDocument, RunTotalsDocument, type RunFilter, type RunListNewsSubscriptionVariables } from '@/gql/graphql';
import { queryKey } from '@/lib/use-gql';
import { useSubscription } from '@/lib/use-subscription';
import { applied, followed, gathered, isNew, type News, type Place, type Rows } from './live-rows';

const FLUSH_MS = 250;
const COUNT_MS = 2000;
/** More are only a number to the reader; the next reading of the list brings them all. */
const KEPT = 2000;

type Gathered = ReadonlyMap<string, News>;
const NONE: Gathered = new Map();

interface Wanted {
  key: QueryKey;
  filter: RunFilter | null;
  readable: Omit<RunListNewsSubscriptionVariables, 'filter'>;
  place: Place;
}

/** `fresh` are changed runs that are not among the rows, new ones among them. */
export function useNews({ key, filter, readable, place }: Wanted): { fresh: Gathered; forget: () => void } {
  const client = useQueryClient();
  const [fresh, setFresh] = useState<{ of: string; found: Gathered }>({ of: '', found: NONE });
  const waiting = useRef<Gathered>(NONE);
  const identity = JSON.stringify(key);
  const countAgain = useCountAgain();
  const flush = useLater(FLUSH_MS, () => {
    const news = waiting.current;
    waiting.current = NONE;
    client.setQueryData<Rows>(key, (was) => was && applied(was, news));
    setFresh(({ of, found }) => ({ of: identity, found: fill(of === identity ? found : NONE, news, place) }));
    countAgain();
  });
  useSubscription(RunListNewsDocument, { filter: followed(filter), ...readable }, ({ runs: { run, state, sequence } }) => {
    // The state is the event's: the row was read later, perhaps after the next change.
    waiting.current = gathered(waiting.current, { run: { ...run, state }, sequence });
    flush();
  });
  const forget = useCallback(() => setFresh({ of: identity, found: NONE }), [identity]);
  return { fresh: fresh.of === identity ? fresh.found : NONE, forget };
}

function fill(found: Gathered, news: Gathered, place: Place): Gathered {
  const next = new Map(found);
  for (const one of news.values()) {
    if (isNew(one, place) && next.size < KEPT) next.set(one.run.id, one);
    else next.delete(one.run.id);
  }
  return next;
}

/** The counts follow at a walk: counting is the dearest question of the page. */
function useCountAgain(): () => void {
  const client = useQueryClient();
  return useLater(COUNT_MS, () => void client.invalidateQueries({ queryKey: queryKey(RunTotalsDocument) }));
}

/** Calls once, so long after the first of several wishes. */
function useLater(delayMs: number, run: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, delayMs);
  }, [delayMs]);
}
