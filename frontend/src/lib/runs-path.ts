/** The address of /runs with a filter: the one place that other pages know its parameters from. */
import type { RunState } from '@/gql/graphql';

export interface RunsQuery {
  state?: readonly RunState[];
  flow?: string;
  /** Created in [from, to), ISO. */
  from?: string;
  to?: string;
  /** Ended ones that took at least so long. */
  longerThanMs?: number;
}

export function runsPath({ state, flow, from, to, longerThanMs }: RunsQuery): string {
  const query = new URLSearchParams();
  if (state?.length) query.set('state', state.join(','));
  if (flow) query.set('flow', flow);
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  if (longerThanMs) query.set('longer', String(longerThanMs));
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text ? `/runs?${text}` : '/runs';
}
