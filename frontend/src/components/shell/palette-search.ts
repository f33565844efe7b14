'use client';
/** What the palette finds on the server: runs and flows, by one query once the typing rests. */
import { keepPreviousData } from '@tanstack/react-query';
import { PaletteSearchDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useGql } from '@/lib/use-gql';
import { useSettled } from '@/lib/use-settled';

const REST_MS = 150;

export function useFound(text: string) {
  const can = useCan();
  const wanted = text.trim();
  const search = useSettled(wanted, REST_MS);
  const withRuns = can('RUNS_READ');
  const withFlows = can('FLOWS_READ');
  const enabled = search !== '' && (withRuns || withFlows);
  const { data, isFetching, isPlaceholderData } = useGql(
    PaletteSearchDocument,
    { search, withRuns, withFlows },
    { enabled, placeholderData: keepPreviousData },
  );
  const isWaiting = wanted !== '' && (withRuns || withFlows) && (search !== wanted || (isFetching && (!data || isPlaceholderData)));
  if (wanted === '' || !data) return { runs: [], flows: [], isWaiting };
  return { runs: data.runs?.nodes ?? [], flows: data.flows?.nodes ?? [], isWaiting };
}
