'use client';
/** How far the runs at work are: their tasks end without the state of the run changing. */
import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { RunProgressDocument } from '@/gql/graphql';
import { isTerminal } from '@/lib/states';
import { useGql } from '@/lib/use-gql';
import { withTasks, type RunRow, type Rows } from './live-rows';

const EVERY_MS = 2_000;
/** Those that are on the screen, about. */
const MOST = 50;

export function useProgress(key: QueryKey, rows: readonly RunRow[], isWanted: boolean): void {
  const client = useQueryClient();
  const ids = useMemo(
    () => rows.filter(({ state }) => !isTerminal(state) && state !== 'QUEUED').slice(0, MOST).map(({ id }) => id),
    [rows],
  );
  const enabled = isWanted && ids.length > 0;
  // Not in the background: react-query rests while the tab is hidden.
  const { data } = useGql(RunProgressDocument, { ids }, { enabled, refetchInterval: EVERY_MS, gcTime: 0 });
  useEffect(() => {
    if (!data) return;
    const counts = new Map(data.nodes.flatMap((node) => (node && 'taskCounts' in node ? [[node.id, node.taskCounts] as const] : [])));
    client.setQueryData<Rows>(key, (was) => was && withTasks(was, counts));
  }, [data]);
}
