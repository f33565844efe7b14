/** Time along a line: which part is in sight, where its marks are. Pure. */

export interface Span {
  from: number;
  to: number;
}

const LEAST_MS = 5;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000]
  .concat([900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000]);

export const lengthOf = ({ from, to }: Span): number => Math.max(1, to - from);

/** In percent of the span; may be outside of 0 to 100. */
export const percentOf = (span: Span, at: number): number => ((at - span.from) / lengthOf(span)) * 100;

export const atShare = (span: Span, share: number): number => span.from + lengthOf(span) * share;

/** Nearer (`factor` < 1) or further, with `share` of the width staying where it is. */
export function zoomed(span: Span, whole: Span, factor: number, share = 0.5): Span {
  const length = Math.min(Math.max(LEAST_MS, lengthOf(span) * factor), lengthOf(whole));
  const fixed = atShare(span, share);
  return inside({ from: fixed - length * share, to: fixed + length * (1 - share) }, whole);
}

export const panned = (span: Span, whole: Span, ms: number): Span =>
  inside({ from: span.from + ms, to: span.to + ms }, whole);

/** Moved, not cut, where there is room. */
export function inside(span: Span, whole: Span): Span {
  const length = Math.min(span.to - span.from, lengthOf(whole));
  const from = Math.min(Math.max(span.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** Round moments after the start of `whole`, at most `most` of them. */
export function ticks(span: Span, whole: Span, most: number): number[] {
  const step = STEPS.find((one) => lengthOf(span) / one <= most) ?? 86_400_000 * Math.ceil(lengthOf(span) / most / 86_400_000);
  const first = Math.ceil((span.from - whole.from) / step) * step + whole.from;
  const found: number[] = [];
  for (let at = first; at <= span.to; at += step) found.push(at);
  return found;
}
