/** The end of a log, of which only the last lines are kept. Pure. */
import type { RunPeekLogSubscription } from '@/gql/graphql';

export type Line = RunPeekLogSubscription['runLogBatches']['lines'][number];

export interface TailState {
  lines: readonly Line[];
  seen: number;
}

export const NO_LINES: TailState = { lines: [], seen: 0 };
export const SHOWN_LINES = 12;
/** A longer log is read on the run's own page: its end would come through all of it. */
export const READ_LINES = 20_000;

export function appended({ lines, seen }: TailState, more: readonly Line[]): TailState {
  return { lines: [...lines, ...more.slice(-SHOWN_LINES)].slice(-SHOWN_LINES), seen: seen + more.length };
}
