/** Rows of a list that was read, and what was heard of them since. Pure. */

export interface Row {
  id: string;
  createdAt: string;
}

export interface Heard<R extends Row> {
  row: R;
  /** When, in ms. */
  at: number;
}

/** An answer may have been read so long before it arrived: until then, what was heard is newer. */
const TRAVEL_MS = 10_000;

/** What was heard wins, and forgets itself once a later answer must hold it. Newest first. */
export function overlaid<R extends Row>(read: readonly R[], heard: ReadonlyMap<string, Heard<R>>, readAt: number): R[] {
  const rows = new Map(read.map((row) => [row.id, row]));
  for (const { row, at } of heard.values()) {
    if (at > readAt - TRAVEL_MS) rows.set(row.id, row);
  }
  return [...rows.values()].sort((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
}

export function withHeard<R extends Row>(heard: ReadonlyMap<string, Heard<R>>, row: R, at: number): Map<string, Heard<R>> {
  const kept = [...heard].filter(([id, one]) => id !== row.id && one.at > at - 2 * TRAVEL_MS);
  return new Map([...kept, [row.id, { row, at }]]);
}

/** What stays where it is under a pointer: the rows that were there, as they are now. */
export function heldRows<R extends Row>(held: readonly R[], rows: readonly R[]): R[] {
  const now = new Map(rows.map((row) => [row.id, row]));
  return held.map((row) => now.get(row.id) ?? row);
}

export function newCount(held: readonly Row[], rows: readonly Row[]): number {
  const known = new Set(held.map(({ id }) => id));
  const newest = Math.max(0, ...held.map(({ createdAt }) => Date.parse(createdAt)));
  return rows.filter(({ id, createdAt }) => !known.has(id) && Date.parse(createdAt) >= newest).length;
}
