'use client';
/** How many runs there are by state, and in all that the view shows. */
import { keepPreviousData } from '@tanstack/react-query';
import { RunTotalsDocument, type RunState, type RunTotalsQuery } from '@/gql/graphql';
import { useGql } from '@/lib/use-gql';
import type { ViewState } from './use-run-view';

type Counts = RunTotalsQuery['runCounts'];

export interface Totals {
  counts: Counts | undefined;
  /** Null until it is known. */
  total: number | null;
  isCapped: boolean;
}

export function useTotals({ anyState, view }: ViewState): Totals {
  const { data } = useGql(RunTotalsDocument, { filter: anyState }, { placeholderData: keepPreviousData });
  return { counts: data?.runCounts, ...totalOf(data?.runCounts, view.state) };
}

export function totalOf(counts: Counts | undefined, states: readonly RunState[]): Pick<Totals, 'total' | 'isCapped'> {
  if (!counts) return { total: null, isCapped: false };
  const shown = counts.states.filter(({ state }) => states.length === 0 || states.includes(state));
  return { total: shown.reduce((sum, { count }) => sum + count, 0), isCapped: shown.some(({ isCapped }) => isCapped) };
}
