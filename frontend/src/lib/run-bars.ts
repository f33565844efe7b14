/** Small charts of runs: heights and words. Pure. */
import type { RunState } from '@/gql/graphql';
import { stateLook } from './states';

const LOWEST = 0.18;
const UNKNOWN = 0.3;
const SINGLE = 0.6;

/** From nearly nothing to 1, by the logarithm: one slow run must not flatten all others. */
export function heightScale(durations: readonly (number | null)[]): (ms: number | null) => number {
  const log = (ms: number) => Math.log1p(Math.max(0, ms));
  const known = durations.filter((one) => one !== null).map(log);
  const most = Math.max(...known, 0);
  const least = Math.min(...known, most);
  return (ms) => {
    if (ms === null) return UNKNOWN;
    return most === least ? SINGLE : LOWEST + (1 - LOWEST) * ((log(ms) - least) / (most - least));
  };
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
