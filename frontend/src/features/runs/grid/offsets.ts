/** Where a list was scrolled to, so that one who comes back finds the place again. */

const KEPT = 20;
const offsets = new Map<string, number>();

export const recallOffset = (identity: string): number => offsets.get(identity) ?? 0;

export function rememberOffset(identity: string, offset: number): void {
  offsets.delete(identity);
  offsets.set(identity, offset);
  const [oldest] = offsets.keys();
  if (offsets.size > KEPT && oldest !== undefined) offsets.delete(oldest);
}
