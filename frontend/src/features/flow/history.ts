/** A flow's last runs over time: counts of states in equal parts, and how long they took. Pure. */
import type { RunState } from '@/gql/graphql';
import { RUN_STATES } from '@/lib/states';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS: readonly number[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY];
const MOST = 40;
const FEWEST = 12;

export interface Bucket {
  from: number;
  to: number;
  total: number;
  states: { state: RunState; count: number }[];
}

interface Ran {
  state: RunState;
  createdAt: string;
}

/** From the oldest of the runs to now, in round parts of the clock; parts without runs are there too. */
export function historyBuckets(runs: readonly Ran[], now: number): Bucket[] {
  if (runs.length === 0) return [];
  const times = runs.map(({ createdAt }) => Date.parse(createdAt));
  const oldest = Math.min(...times);
  const end = Math.max(now, ...times);
  const size = STEPS.find((step) => (end - oldest) / step <= MOST - 1) ?? Math.ceil((end - oldest) / MOST / DAY) * DAY;
  const last = Math.floor(end / size);
  const first = Math.min(Math.floor(oldest / size), last - FEWEST + 1);
  return Array.from({ length: last - first + 1 }, (_, at) => {
    const from = (first + at) * size;
    const inside = runs.filter((_run, index) => times[index]! >= from && times[index]! < from + size);
    return { from, to: from + size, total: inside.length, states: countsOf(inside) };
  });
}

function countsOf(runs: readonly Ran[]): Bucket['states'] {
  return RUN_STATES.map((state) => ({ state, count: runs.filter((run) => run.state === state).length })).filter(({ count }) => count > 0);
}

const WINDOW = 9;

/** The median of each run with its neighbours: a line through the noise. Null where none has ended. */
export function rollingMedian(durations: readonly (number | null)[]): (number | null)[] {
  const half = Math.floor(WINDOW / 2);
  return durations.map((_, at) => median(durations.slice(Math.max(0, at - half), at + half + 1).filter((one) => one !== null)));
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
