/** Which two versions are compared. Pure. */

/** At most two are ticked: a third takes the place of the one ticked first. */
export function toggled(chosen: readonly string[], version: string): string[] {
  return chosen.includes(version) ? chosen.filter((one) => one !== version) : [...chosen, version].slice(-2);
}

/** Older before newer, whichever was ticked first; null while there are not two. */
export function chosenPair(newestFirst: readonly string[], from: string | null, to: string | null): [older: string, newer: string] | null {
  if (from === null || to === null || from === to) return null;
  const [a, b] = [newestFirst.indexOf(from), newestFirst.indexOf(to)];
  return a >= 0 && b >= 0 && a < b ? [to, from] : [from, to];
}
