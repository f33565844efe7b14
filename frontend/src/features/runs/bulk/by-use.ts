/** How many of the chosen runs each action would touch. Pure. */
import type { RunState, RunTotalsQuery } from '@/gql/graphql';
import { isTerminal, stateLook } from '@/lib/states';
import { counted } from '../filters/state-chips';

type Count = RunTotalsQuery['runCounts']['states'][number];

/** Null where it would be none: then the action is not offered. */
export interface Numbers {
  active: string | null;
  ended: string | null;
  /** Those that a retry from what failed has something to do for. */
  unfinished: string | null;
}

/** `states` narrows the counts; none of them means all. */
export function byUse(counts: readonly Count[], states: readonly RunState[]): Numbers {
  const shown = counts.filter(({ state }) => states.length === 0 || states.includes(state));
  const sum = (isMeant: (state: RunState) => boolean): string | null => {
    const meant = shown.filter(({ state }) => isMeant(state));
    const count = meant.reduce((total, one) => total + one.count, 0);
    return count === 0 ? null : counted({ count, isCapped: meant.some(({ isCapped }) => isCapped) });
  };
  return {
    active: sum((state) => !isTerminal(state)),
    ended: sum(isTerminal),
    unfinished: sum((state) => stateLook(state).isBad || state === 'CANCELLED'),
  };
}
