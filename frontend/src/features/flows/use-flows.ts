'use client';
/** The catalog, page by page, kept up to date by the runs that change. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useEffect, useMemo, useRef } from 'react';
import { FlowListChangesDocument, FlowListDocument, FlowNamespacesDocument, type FlowListQuery, type FlowNamespacesQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { gql, type GqlError } from '@/lib/gql';
import { isTerminal } from '@/lib/states';
import { queryKey } from '@/lib/use-gql';
import { useSettled } from '@/lib/use-settled';
import { useSubscription } from '@/lib/use-subscription';
import { namespaceTree, withChange, type Pages } from './live';

const PAGE = 50;
const READ_AGAIN_MS = 3_000;
const TYPING_MS = 150;
const MOST_PAGES_OF_NAMES = 10;

export const STATUSES = ['active', 'archived', 'all'] as const;
export const VIEWS = ['cards', 'table'] as const;
export const SORTS = ['name', 'newest'] as const;

export function useCatalogState() {
  return useQueryStates({
    q: parseAsString.withDefault('').withOptions({ throttleMs: 200 }),
    ns: parseAsString,
    status: parseAsStringLiteral(STATUSES).withDefault('active').withOptions({ history: 'push' }),
    /** Null: a table where there is room for one. */
    view: parseAsStringLiteral(VIEWS).withOptions({ history: 'push' }),
    sort: parseAsStringLiteral(SORTS).withDefault('name').withOptions({ history: 'push' }),
    /** The flow whose run dialog is open. */
    run: parseAsString.withOptions({ history: 'push' }),
  });
}

export type CatalogState = ReturnType<typeof useCatalogState>[0];

const STATUS_FILTER = { active: 'ACTIVE', archived: 'INACTIVE', all: null } as const;

export function useFlows({ q, ns, status, sort }: CatalogState) {
  const can = useCan();
  const search = useSettled(q.trim(), TYPING_MS);
  const variables = useMemo(
    () => ({
      filter: { search: search || null, namespace: ns, status: STATUS_FILTER[status] },
      orderBy: sort === 'name' ? ('NAME_ASC' as const) : ('CREATED_AT_DESC' as const),
      first: PAGE,
      withRuns: can('RUNS_READ'),
      withDeployments: can('DEPLOYMENTS_READ'),
      withSchedules: can('SCHEDULES_READ'),
      withEmails: can('EMAILS_READ'),
    }),
    [search, ns, status, sort, can],
  );
  const query = useInfiniteQuery<FlowListQuery, GqlError, Pages, readonly unknown[], string | null>({
    queryKey: queryKey(FlowListDocument, variables),
    queryFn: ({ pageParam, signal }) => gql(FlowListDocument, { ...variables, after: pageParam }, { signal }),
    initialPageParam: null,
    getNextPageParam: ({ flows: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : undefined),
    placeholderData: (before) => before,
  });
  useLiveMarks(variables.withRuns, queryKey(FlowListDocument, variables));
  return { query, variables };
}

/** Marks change at once; shares and medians are read again a little later. */
function useLiveMarks(enabled: boolean, key: readonly unknown[]): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useSubscription(
    FlowListChangesDocument,
    {},
    ({ runs }) => {
      client.setQueryData<Pages>(key, (was) => was && withChange(was, runs));
      if (!isTerminal(runs.state) || timer.current) return;
      timer.current = setTimeout(() => {
        timer.current = undefined;
        void client.invalidateQueries({ queryKey: ['FlowList'] });
      }, READ_AGAIN_MS);
    },
    { enabled },
  );
}

/** All namespaces there are, for the filter; one light query for each hundred flows. */
export function useNamespaces(): readonly string[] {
  const { data } = useQuery({
    queryKey: queryKey(FlowNamespacesDocument, {}),
    queryFn: async ({ signal }) => {
      const names: string[] = [];
      let after: string | null | undefined = null;
      for (let page = 0; page < MOST_PAGES_OF_NAMES; page += 1) {
        const { flows }: FlowNamespacesQuery = await gql(FlowNamespacesDocument, { after }, { signal });
        names.push(...flows.nodes.map(({ namespace }) => namespace));
        if (!flows.pageInfo.hasNextPage) break;
        after = flows.pageInfo.endCursor;
      }
      return namespaceTree(names);
    },
    staleTime: 60_000,
  });
  return data ?? [];
}
