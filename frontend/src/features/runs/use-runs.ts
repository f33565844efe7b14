'use client';
/** The newest runs in the environment of the page, kept up to date by their changes. */
import { useQueryClient } from '@tanstack/react-query';
import { RunListChangesDocument, RunListDocument, type RunListQuery, type RunRowFragment } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { queryKey, useGql } from '@/lib/use-gql';
import { useSubscription } from '@/lib/use-subscription';

export function useRuns(first: number) {
  const [environment] = useEnvironment();
  const filter = environment ? { environment } : null;
  const variables = { filter, first, withFlow: useCan()('FLOWS_READ') };
  const client = useQueryClient();
  const query = useGql(RunListDocument, variables);
  useSubscription(RunListChangesDocument, { filter, withFlow: variables.withFlow }, ({ runs: { run, state } }) =>
    client.setQueryData<RunListQuery>(queryKey(RunListDocument, variables), (was) => was && merged(was, { ...run, state }, first)),
  );
  return { query, variables };
}

/** The state is the event's: the row was read later, perhaps after the next change. */
export function merged(was: RunListQuery, run: RunRowFragment, first: number): RunListQuery {
  const { nodes } = was.runs;
  const isKnown = nodes.some(({ id }) => id === run.id);
  const next = isKnown ? nodes.map((one) => (one.id === run.id ? run : one)) : [run, ...nodes].slice(0, first);
  return { ...was, runs: { ...was.runs, nodes: next } };
}
