/** Which lines are shown, and where the search finds something. Pure; both go on from where they
 *  were when lines are added, so that following a long log costs only the new lines. */
import type { LogLevel } from '@/gql/graphql';
import { parentOf } from '../live/model';
import type { Line } from './log-store';

export const LEVELS: readonly LogLevel[] = ['DEBUG', 'INFO', 'STDERR', 'WARNING', 'ERROR', 'CRITICAL'];

export interface LineFilter {
  /** This one and those above it. */
  level: LogLevel;
  /** With the children of a mapped task. */
  task: string | null;
}

export interface Shown {
  filter: LineFilter;
  /** Null: all of them, and a line's place is its number less one. */
  places: number[] | null;
  /** Lines looked at. */
  seen: number;
}

export function isEverything({ level, task }: LineFilter): boolean {
  return level === 'DEBUG' && task === null;
}

export function isShown(line: Line, { level, task }: LineFilter): boolean {
  if (LEVELS.indexOf(line.level) < LEVELS.indexOf(level)) return false;
  return task === null || line.taskKey === task || (line.taskKey !== null && parentOf(line.taskKey) === task);
}

export function shown(lines: readonly Line[], filter: LineFilter, before?: Shown): Shown {
  if (isEverything(filter)) return { filter, places: null, seen: lines.length };
  const goesOn = before?.places && before.filter.level === filter.level && before.filter.task === filter.task;
  const places = goesOn ? before.places! : [];
  for (let at = goesOn ? before.seen : 0; at < lines.length; at += 1) {
    if (isShown(lines[at]!, filter)) places.push(at);
  }
  return { filter, places, seen: lines.length };
}

export const countOf = ({ places, seen }: Shown): number => (places ? places.length : seen);

/** Of the row-th line that is shown. */
export const placeOf = ({ places }: Shown, row: number): number => (places ? places[row]! : row);

/** The row of the line at this place, or of the first one behind it. */
export function rowOf({ places }: Shown, place: number): number {
  if (!places) return place;
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Found {
  text: string;
  filter: LineFilter;
  /** Rows of what is shown. */
  rows: number[];
  /** Rows looked at. */
  seen: number;
}

/** Small and capital letters are the same. */
export function found(lines: readonly Line[], view: Shown, text: string, before?: Found): Found {
  const goesOn = before?.text === text && before.filter.level === view.filter.level && before.filter.task === view.filter.task;
  const rows = goesOn ? before.rows : [];
  const wanted = text.toLowerCase();
  const count = countOf(view);
  for (let row = goesOn ? before.seen : 0; wanted && row < count; row += 1) {
    if (lines[placeOf(view, row)]!.text.toLowerCase().includes(wanted)) rows.push(row);
  }
  return { text, filter: view.filter, rows, seen: count };
}

/** The index in `rows` of the first one at or behind `row`; round to the start at the end. */
export function nextFound(rows: readonly number[], row: number, step: 1 | -1): number {
  if (rows.length === 0) return -1;
  if (step === 1) {
    const next = rows.findIndex((one) => one > row);
    return next < 0 ? 0 : next;
  }
  const before = rows.findLastIndex((one) => one < row);
  return before < 0 ? rows.length - 1 : before;
}
