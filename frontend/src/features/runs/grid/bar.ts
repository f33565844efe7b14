/** How a duration stands against what the flow usually takes. Pure. */

export interface Bar {
  /** Of the whole width, which is twice the median. */
  share: number;
  /** Where it took notably longer: `3.2×`. */
  factor: string | null;
}

/** A cold start of 0.3 s is many times a median of 12 ms, and nobody's concern. */
const NOTABLE_RATIO = 3;
const NOTABLE_MS = 1_000;

export function barOf(ms: number, medianMs: number): Bar | null {
  if (medianMs <= 0) return null;
  const ratio = ms / medianMs;
  const isNotable = ratio >= NOTABLE_RATIO && ms - medianMs >= NOTABLE_MS;
  return { share: Math.min(1, ratio / 2), factor: isNotable ? `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}×` : null };
}
