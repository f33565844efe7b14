/** Where runs stand in the strip: time to the right, duration upwards by powers of ten. Pure. */
import { elapsedMs } from '@/lib/format';
import { stateLook } from '@/lib/states';
import type { RunRow } from '../live-rows';

export interface Box {
  width: number;
  height: number;
}

export interface Scale {
  from: number;
  to: number;
  /** Of the durations, in milliseconds. */
  least: number;
  most: number;
}

export type Shape = 'dot' | 'diamond' | 'ring' | 'square';

export interface Mark {
  run: RunRow;
  x: number;
  y: number;
  shape: Shape;
  ms: number | null;
}

export const PAD = { left: 56, right: 12, top: 8, bottom: 20 } as const;
const SHORTEST_SPAN_MS = 60_000;

export const lengthOf = (run: RunRow, now: number): number | null =>
  run.durationMs ?? (run.startedAt ? elapsedMs(run.startedAt, run.finishedAt, now) : null);

export function scaleOf(rows: readonly RunRow[], now: number): Scale | null {
  if (rows.length === 0) return null;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 1;
  for (const run of rows) {
    const at = Date.parse(run.createdAt);
    from = Math.min(from, at);
    to = Math.max(to, at);
    const ms = lengthOf(run, now);
    if (ms === null) continue;
    shortest = Math.min(shortest, ms);
    longest = Math.max(longest, ms);
  }
  const missing = Math.max(0, SHORTEST_SPAN_MS - (to - from)) / 2;
  const least = 10 ** Math.floor(Math.log10(Math.max(1, Math.min(shortest, longest))));
  // A power of ten at least, so that equal runs do not stand on the edge.
  const most = Math.max(least * 10, 10 ** Math.ceil(Math.log10(longest)));
  return { from: from - missing, to: to + missing, least, most };
}

export function xOf(at: number, { from, to }: Scale, { width }: Box): number {
  return PAD.left + ((at - from) / (to - from)) * (width - PAD.left - PAD.right);
}

export function timeAt(x: number, { from, to }: Scale, { width }: Box): number {
  const share = (x - PAD.left) / (width - PAD.left - PAD.right);
  return from + Math.min(1, Math.max(0, share)) * (to - from);
}

export function yOf(ms: number, { least, most }: Scale, { height }: Box): number {
  const share = Math.log(Math.min(most, Math.max(least, ms)) / least) / Math.log(most / least);
  return height - PAD.bottom - share * (height - PAD.bottom - PAD.top);
}

export function shapeOf(run: RunRow): Shape {
  const { isTerminal, isBad } = stateLook(run.state);
  if (!isTerminal) return 'ring';
  if (isBad) return 'diamond';
  return run.state === 'SUCCEEDED' ? 'dot' : 'square';
}

export function marksOf(rows: readonly RunRow[], scale: Scale, box: Box, now: number): Mark[] {
  return rows.map((run) => {
    const ms = lengthOf(run, now);
    return {
      run,
      x: xOf(Date.parse(run.createdAt), scale, box),
      y: ms === null ? box.height - PAD.bottom : yOf(ms, scale, box),
      shape: shapeOf(run),
      ms,
    };
  });
}

const REACH_PX = 9;

export function nearest(marks: readonly Mark[], x: number, y: number): Mark | null {
  let found: Mark | null = null;
  let least = REACH_PX ** 2;
  for (const mark of marks) {
    const distance = (mark.x - x) ** 2 + (mark.y - y) ** 2;
    if (distance <= least) [found, least] = [mark, distance];
  }
  return found;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  10_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY,
];

/** Round moments, `most` at most; `offsetMinutes` is that of the zone, as Date has it. */
export function timeTicks({ from, to }: Pick<Scale, 'from' | 'to'>, most: number, offsetMinutes: number): { step: number; at: number[] } {
  const step = STEPS.find((one) => (to - from) / one <= most) ?? Math.ceil((to - from) / most / DAY) * DAY;
  const shift = offsetMinutes * MINUTE;
  const at: number[] = [];
  for (let tick = Math.ceil((from - shift) / step) * step + shift; tick <= to; tick += step) at.push(tick);
  return { step, at };
}

export const hasDays = (step: number): boolean => step >= DAY;

/** Round durations rather than powers of ten: nobody thinks in 10,000 seconds. */
const DURATIONS = [1, 10, 100, 1000, 10_000, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY];

/** At most four. */
export function durationTicks({ least, most }: Pick<Scale, 'least' | 'most'>): number[] {
  const ticks = DURATIONS.filter((one) => one >= least && one <= most);
  const every = Math.ceil(ticks.length / 4);
  return ticks.filter((_, index) => index % every === 0);
}
