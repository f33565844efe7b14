'use client';
/** One flow in one version, with the last runs of its name, kept up to date by their changes. */
import { keepPreviousData, useQueryClient } from '@tanstack/react-query';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { createContext, use, useEffect, useMemo, useRef } from 'react';
import { FlowDetailDocument, FlowRunChangesDocument, type FlowDetailQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { isTerminal } from '@/lib/states';
import { queryKey, useGql } from '@/lib/use-gql';
import { useSubscription } from '@/lib/use-subscription';
import { withRun } from './live';

export type Flow = NonNullable<FlowDetailQuery['flow']>;
export type FlowRuns = NonNullable<FlowDetailQuery['runs']>['nodes'];

const READ_AGAIN_MS = 3_000;

export const TABS = ['overview', 'runs', 'versions', 'deployments', 'triggers', 'alerts', 'code', 'settings'] as const;
export type Tab = (typeof TABS)[number];

export function useFlowState() {
  return useQueryStates({
    tab: parseAsStringLiteral(TABS).withDefault('overview').withOptions({ history: 'push' }),
    version: parseAsString.withOptions({ history: 'push' }),
    task: parseAsString,
    /** Two versions side by side. */
    from: parseAsString,
    to: parseAsString,
    file: parseAsString,
    /** The deployment whose run dialog is open; empty: one is still to be chosen. */
    run: parseAsString.withOptions({ history: 'push' }),
    /** The deployment whose form is open; empty: a new one. */
    edit: parseAsString.withOptions({ history: 'push' }),
  });
}

export type FlowState = ReturnType<typeof useFlowState>[0];
export type SetFlowState = ReturnType<typeof useFlowState>[1];

export function useFlow(name: string, version: string | null) {
  const can = useCan();
  const [environment] = useEnvironment();
  const client = useQueryClient();
  const variables = useMemo(
    () => ({ name, version, runs: { flowName: name, environment }, withRuns: can('RUNS_READ'), withEmails: can('EMAILS_READ') }),
    [name, version, environment, can],
  );
  const key = queryKey(FlowDetailDocument, variables);
  const query = useGql(FlowDetailDocument, variables, { placeholderData: keepPreviousData });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useSubscription(
    FlowRunChangesDocument,
    { runs: variables.runs },
    ({ runs: { run, state } }) => {
      client.setQueryData<FlowDetailQuery>(key, (was) => was && withRun(was, { ...run, state }));
      if (!isTerminal(state) || timer.current) return;
      timer.current = setTimeout(() => {
        timer.current = undefined;
        void client.invalidateQueries({ queryKey: ['FlowDetail'] });
      }, READ_AGAIN_MS);
    },
    { enabled: variables.withRuns },
  );
  return { query, variables };
}

interface FlowView {
  flow: Flow;
  /** Newest first; null where they may not be read. */
  runs: FlowRuns | null;
  state: FlowState;
  setState: SetFlowState;
}

const FlowContext = createContext<FlowView | null>(null);
export const FlowProvider = FlowContext.Provider;

export function useFlowView(): FlowView {
  const view = use(FlowContext);
  if (!view) throw new Error('useFlowView needs a FlowProvider above it');
  return view;
}
