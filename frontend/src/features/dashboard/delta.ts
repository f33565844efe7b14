/** A number against the one of the period before. Pure. */

export interface Delta {
  /** `3`, `2.5 points`, `12 %`: without a sign. */
  text: string;
  direction: 'up' | 'down' | 'same';
}

const SAME: Delta = { text: '', direction: 'same' };

/** Null where one of both is unknown: there is nothing to compare. */
export function countDelta(now: number, before: number): Delta {
  if (now === before) return SAME;
  return { text: new Intl.NumberFormat('en').format(Math.abs(now - before)), direction: now > before ? 'up' : 'down' };
}

/** Of shares from 0 to 1, in points of a hundred: a per cent of a per cent would mislead. */
export function rateDelta(now: number | null | undefined, before: number | null | undefined): Delta | null {
  if (now == null || before == null) return null;
  const points = Math.round((now - before) * 1000) / 10;
  if (points === 0) return SAME;
  return { text: `${Math.abs(points)} ${Math.abs(points) === 1 ? 'point' : 'points'}`, direction: points > 0 ? 'up' : 'down' };
}

/** Of durations, in per cent of the one before. */
export function ratioDelta(now: number | null | undefined, before: number | null | undefined): Delta | null {
  if (now == null || !before) return null;
  const share = Math.round((now / before - 1) * 100);
  if (share === 0) return SAME;
  return { text: `${new Intl.NumberFormat('en').format(Math.abs(share))} %`, direction: share > 0 ? 'up' : 'down' };
}
