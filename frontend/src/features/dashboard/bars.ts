/** Where the bars of the chart are: pure geometry, in pixels. */
import { stateLook } from '@/lib/states';
import type { RunState } from '@/gql/graphql';

/** From the bottom up: what went wrong stands on the line, so that its bars compare. */
export const STACK: readonly RunState[] = ['FAILED', 'CRASHED', 'TIMED_OUT', 'SUCCEEDED', 'CANCELLED', 'CANCELLING', 'RUNNING', 'QUEUED'];

/** A single failure among thousands of runs must still be seen. */
const LEAST_PX = 3;

export interface Bucket {
  start: string;
  counts: readonly { state: RunState; count: number }[];
}

export interface Segment {
  state: RunState;
  count: number;
  /** From the top of the chart. */
  y: number;
  height: number;
}

export const totalOf = ({ counts }: Bucket): number => counts.reduce((sum, { count }) => sum + count, 0);

export const highest = (buckets: readonly Bucket[]): number => Math.max(0, ...buckets.map(totalOf));

/** `scale` gives pixels from the line for a count; segments too thin to see are taken from the largest. */
export function stacked({ counts }: Bucket, scale: (count: number) => number, height: number): Segment[] {
  const ordered = STACK.flatMap((state) => counts.filter((one) => one.state === state && one.count > 0));
  const heights = visible(ordered.map(({ count }) => scale(count)));
  let y = height;
  return ordered.map(({ state, count }, index) => {
    y -= heights[index]!;
    return { state, count, y, height: heights[index]! };
  });
}

function visible(heights: number[]): number[] {
  const total = heights.reduce((sum, one) => sum + one, 0);
  const raised = heights.map((one) => Math.max(one, LEAST_PX));
  const excess = raised.reduce((sum, one) => sum + one, 0) - total;
  const largest = raised.indexOf(Math.max(...raised));
  return raised.map((one, index) => (index === largest ? Math.max(one - excess, LEAST_PX) : one));
}

/** `3 succeeded, 1 failed`. */
export function inWords({ counts }: Bucket): string {
  if (counts.length === 0) return 'no runs';
  return STACK.flatMap((state) => counts.filter((one) => one.state === state))
    .map(({ state, count }) => `${count} ${stateLook(state).label.toLowerCase()}`)
    .join(', ');
}

export const endOf = ({ start }: Bucket, bucketSeconds: number): string =>
  new Date(Date.parse(start) + bucketSeconds * 1000).toISOString();

/** The states that occur at all, in the order of the stack, with how many runs. */
export function legend(buckets: readonly Bucket[]): { state: RunState; count: number }[] {
  const totals = new Map<RunState, number>();
  for (const { counts } of buckets) for (const { state, count } of counts) totals.set(state, (totals.get(state) ?? 0) + count);
  return STACK.flatMap((state) => (totals.has(state) ? [{ state, count: totals.get(state)! }] : []));
}
