/** Small charts of runs: heights and words. Pure. */
import type { RunState } from '@/gql/graphql';
import { stateLook } from './states';

const LOWEST = 0.18;
const UNKNOWN = 0.3;

/** From nearly nothing to 1, by the logarithm: one slow run must not flatten all others. */
export function barHeights(durations: readonly (number | null)[]): number[] {
  const logs = durations.map((ms) => (ms === null ? null : Math.log1p(Math.max(0, ms))));
  const known = logs.filter((one) => one !== null);
  const most = Math.max(...known, 0);
  const least = Math.min(...known, most);
  return logs.map((one) => {
    if (one === null) return UNKNOWN;
    return most === least ? 0.6 : LOWEST + (1 - LOWEST) * ((one - least) / (most - least));
  });
}

/** 18 succeeded, 2 failed. */
export function stateSummary(runs: readonly { state: RunState }[]): string {
  const counts = new Map<string, number>();
  for (const { state } of runs) {
    const { label } = stateLook(state);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => `${count} ${label.toLowerCase()}`).join(', ') || 'none';
}
