'use client';
/** All of the dashboard in one query. Changes of runs show at once in the list of runs, and have the
 *  rest read again: at most every two seconds however many come, and once more when they rest. */
import { keepPreviousData, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { DashboardChangesDocument, DashboardDocument, type DashboardQuery, type DashboardRunFragment } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { queryKey, useGql } from '@/lib/use-gql';
import { useSubscription } from '@/lib/use-subscription';
import { overlaid, withHeard, type Heard } from './live-rows';
import { RANGE_WORDS, type Range } from './range';
import { useGathered } from './use-gathered';

export type Dashboard = DashboardQuery['dashboard'];
export type DashboardRun = DashboardRunFragment;

const GATHER_MS = 2_000;
const ROWS_GATHER_MS = 1_000;
/** The server keeps an answer that long; only one that is asked for later surely knows the last change. */
const KEPT_MS: Record<Range, number> = { '1h': 2_000, '24h': 2_000, '7d': 30_000, '30d': 30_000 };
/** The time goes on without runs, too: waits get long, workers are lost. */
const SLOW_MS = 60_000;

export function useDashboard(range: Range) {
  const [environment] = useEnvironment();
  const can = useCan();
  const filter = environment ? { environment } : null;
  const withFlows = can('FLOWS_READ');
  const variables = {
    range: RANGE_WORDS[range].value,
    environment,
    filter,
    withFlows,
    withDeployments: can('DEPLOYMENTS_READ'),
    withEnvironments: can('ENVIRONMENTS_READ'),
    withHealth: can('HEALTH_READ'),
  };
  const query = useGql(DashboardDocument, variables, { placeholderData: keepPreviousData, refetchInterval: SLOW_MS });
  const [heard, setHeard] = useState<ReadonlyMap<string, Heard<DashboardRun>>>(new Map());
  const refresh = useRefresh(KEPT_MS[range]);
  const hear = useGathered<DashboardRun>((rows) => setHeard((was) => rows.reduce((all, row) => withHeard(all, row, Date.now()), was)), ROWS_GATHER_MS);
  useSubscription(DashboardChangesDocument, { filter, withFlows }, ({ runs: { run, state } }) => {
    // The state is the event's: the row was read later, perhaps after the next change.
    hear({ ...run, state });
    refresh();
  });
  useEffect(() => setHeard(new Map()), [environment]);
  const runs = overlaid(query.data?.runs.nodes ?? [], heard, query.dataUpdatedAt);
  return { query, variables, runs };
}

/** Soon, once for all that come until then, and again when nothing has come for a while. A hidden page
 *  reads again when it is looked at. */
function useRefresh(keptMs: number): () => void {
  const client = useQueryClient();
  const soon = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef<ReturnType<typeof setTimeout>>(undefined);
  const stop = () => {
    clearTimeout(soon.current);
    clearTimeout(last.current);
    soon.current = undefined;
  };
  useEffect(() => stop, []);
  const read = () => {
    soon.current = undefined;
    const refetchType = document.hidden ? 'none' : 'active';
    void client.invalidateQueries({ queryKey: queryKey(DashboardDocument), refetchType }, { cancelRefetch: false });
  };
  return () => {
    soon.current ??= setTimeout(read, GATHER_MS);
    clearTimeout(last.current);
    last.current = setTimeout(read, GATHER_MS + keptMs);
  };
}
