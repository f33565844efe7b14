/** How a duration stands against what the flow usually takes. Pure. */

export interface Bar {
  /** Of the whole width, which is twice the median. */
  share: number;
  /** Longer than the bar can show: `3.2×`. */
  factor: string | null;
}

export function barOf(ms: number, medianMs: number): Bar | null {
  if (medianMs <= 0) return null;
  const ratio = ms / medianMs;
  return { share: Math.min(1, ratio / 2), factor: ratio > 2 ? `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}×` : null };
}
