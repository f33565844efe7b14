'use client';
/** What the palette finds on the server. */
import { keepPreviousData } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { PaletteFlowsDocument, PaletteRunDocument, PaletteRunsDocument, type RunState } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useGql } from '@/lib/use-gql';

interface FoundRun {
  id: string;
  slug: string;
  state: RunState;
  flowName: string;
}

/** Slugs look like `brave-otter-12`: only such text is worth asking for as one. */
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)+$/;

export function useFound(text: string) {
  const search = useDeferredValue(text.trim());
  const can = useCan();
  const mayRuns = can('RUNS_READ');
  const mayFlows = can('FLOWS_READ');
  const flows = useGql(PaletteFlowsDocument, { search }, { enabled: mayFlows, placeholderData: keepPreviousData });
  const recent = useGql(PaletteRunsDocument, {}, { enabled: mayRuns && mayFlows });
  const exact = useGql(PaletteRunDocument, { slug: search }, { enabled: mayRuns && SLUG.test(search) });
  return {
    flows: flows.data?.flows.nodes ?? [],
    runs: foundRuns(
      (recent.data?.runs.nodes ?? []).map(({ flow, ...run }) => ({ ...run, flowName: flow.name })),
      exact.data?.run,
    ),
  };
}

function foundRuns(recent: FoundRun[], exact: Omit<FoundRun, 'flowName'> | null | undefined): FoundRun[] {
  if (!exact || recent.some(({ id }) => id === exact.id)) return recent;
  return [{ ...exact, flowName: '' }, ...recent];
}
