'use client';
/** The view in the address, and what the server is asked for because of it. */
import { useQueryStates } from 'nuqs';
import { useCallback, useState } from 'react';
import type { RunFilter } from '@/gql/graphql';
import { useEnvironment } from '@/lib/environment';
import { filterOf, runViewParsers, type RunView } from './run-view';

export interface ViewState {
  view: RunView;
  filter: RunFilter | null;
  /** The same without states, for what is counted by state. */
  anyState: RunFilter | null;
  isFiltered: boolean;
  change: (to: Partial<RunView>, options?: { replace?: boolean }) => void;
  /** All runs; the order and the environment stay. */
  clear: () => void;
  /** Relative times count from now. */
  renew: () => void;
}

const NOTHING: Partial<RunView> = {
  q: '',
  state: [],
  flow: [],
  deployment: null,
  trigger: null,
  executor: [],
  tag: [],
  last: null,
  from: null,
  to: null,
  longer: null,
  mine: false,
};

export function useRunView(): ViewState {
  const [environment] = useEnvironment();
  const [view, set] = useQueryStates(runViewParsers);
  const [now, setNow] = useState(() => Date.now());
  const filter = filterOf(view, { environment, now });
  const change = useCallback<ViewState['change']>(
    (to, { replace = false } = {}) => {
      if ('last' in to) setNow(Date.now());
      void set(to, { history: replace ? 'replace' : 'push' });
    },
    [set],
  );
  return {
    view,
    filter,
    anyState: filterOf({ ...view, state: [] }, { environment, now }),
    isFiltered: filterOf(view, { environment: null, now }) !== null,
    change,
    clear: useCallback(() => change(NOTHING), [change]),
    renew: useCallback(() => setNow(Date.now()), []),
  };
}
