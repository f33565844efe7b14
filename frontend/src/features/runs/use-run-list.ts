'use client';
/** The rows of a view, a page after another, and what becomes of them while one looks. */
import { keepPreviousData, useInfiniteQuery, useQueryClient, type UseInfiniteQueryResult } from '@tanstack/react-query';
import { useCallback, useEffect, useEffectEvent, useMemo, useState } from 'react';
import { RunRowsDocument, type RunFilter, type RunRowsQueryVariables } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { gql, type GqlError } from '@/lib/gql';
import { queryKey } from '@/lib/use-gql';
import { held, isNew, type Place, type RunRow, type Rows } from './live-rows';
import { orderOf, type RunView } from './run-view';
import { useNews } from './use-news';
import { useProgress } from './use-progress';

export const PAGE_SIZE = 100;

export interface RunList {
  query: UseInfiniteQueryResult<Rows, GqlError>;
  variables: RunRowsQueryVariables;
  rows: readonly RunRow[];
  /** Runs that wait above or between the rows until they are asked for. */
  newCount: number;
  showNew: () => Promise<void>;
}

/** Optional fields, by what the viewer may read: one that is forbidden would refuse the whole answer. */
export function useReadable() {
  const can = useCan();
  return {
    withFlow: can('FLOWS_READ'),
    withDeployment: can('DEPLOYMENTS_READ'),
    withEnvironment: can('ENVIRONMENTS_READ'),
    withCreator: can('EMAILS_READ'),
  };
}

/** `withTasks`: how far each run is, and those at work are asked again while one looks. */
export function useRunList(filter: RunFilter | null, view: RunView, withTasks: boolean): RunList {
  const client = useQueryClient();
  const readable = { ...useReadable(), withTasks };
  const variables = { filter, orderBy: orderOf(view), first: PAGE_SIZE, ...readable };
  const key = queryKey(RunRowsDocument, variables);
  const query = useInfiniteQuery<RunRowsPage, GqlError, Rows, typeof key, string | null>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => gql(RunRowsDocument, { ...variables, after: pageParam }, { signal }),
    initialPageParam: null,
    getNextPageParam: ({ runs: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    placeholderData: keepPreviousData,
  });
  const identity = JSON.stringify(key);
  const loaded = useMemo(() => query.data?.pages.flatMap(({ runs }) => runs.nodes) ?? [], [query.data]);
  const [shown, setShown] = useUntil(identity, query.isPlaceholderData ? null : loaded, view.sort === 'desc');
  const rows = useMemo(() => held(loaded, shown), [loaded, shown]);
  const place = usePlace(loaded, filter, view.sort === 'desc', query.hasNextPage);
  useProgress(key, rows, withTasks);
  const { fresh, forget } = useNews({ key, filter, readable, place });
  const showNew = async () => {
    if (view.sort === 'asc') await query.refetch();
    else {
      const first = await gql(RunRowsDocument, variables);
      client.setQueryData<Rows>(key, { pages: [first], pageParams: [null] });
      setShown(newest(first.runs.nodes));
    }
    forget();
  };
  const newCount = useMemo(() => {
    const later = loaded.length - rows.length;
    return later + [...fresh.values()].filter((news) => isNew(news, place)).length;
  }, [fresh, place, loaded, rows]);
  // An empty list cannot jump: what is new goes into it at once.
  const isFilling = rows.length === 0 && newCount > 0 && query.isSuccess && !query.isPlaceholderData;
  const fill = useEffectEvent(() => void showNew());
  useEffect(() => {
    if (isFilling) fill();
  }, [isFilling]);
  return { query, variables, rows, newCount, showNew };
}

type RunRowsPage = Rows['pages'][number];

const newest = (rows: readonly RunRow[]): string | null => rows[0]?.createdAt ?? null;

/** The newest row of the first answer, per question. An empty list has nothing that could jump. */
function useUntil(identity: string, rows: readonly RunRow[] | null, isNewestFirst: boolean) {
  const [state, setState] = useState<{ identity: string; until: string | null }>({ identity: '', until: null });
  const isKnown = state.identity === identity && state.until !== null;
  if (!isKnown && rows && rows.length > 0 && isNewestFirst) setState({ identity, until: newest(rows) });
  const set = useCallback((until: string | null) => setState({ identity, until }), [identity]);
  return [isKnown && isNewestFirst ? state.until : null, set] as const;
}

function usePlace(loaded: readonly RunRow[], filter: RunFilter | null, isNewestFirst: boolean, hasMore: boolean): Place {
  const filterText = JSON.stringify(filter);
  return useMemo(
    () => ({
      filter,
      known: new Set(loaded.map(({ id }) => id)),
      last: hasMore ? (loaded.at(-1)?.createdAt ?? null) : null,
      isNewestFirst,
    }),
    [loaded, filterText, isNewestFirst, hasMore],
  );
}
