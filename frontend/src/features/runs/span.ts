/** Spans of time as people type them: `90s`, `5m`, `1.5h`, `7d`, `2w`, `250ms`. */

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const NAMES: Record<string, string> = { ms: 'millisecond', s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' };
const SPAN = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?$/;

/** In milliseconds; a bare number is that already. Null for what is no span, or none at all. */
export function span(text: string): number | null {
  const found = SPAN.exec(text.trim().toLowerCase());
  if (!found) return null;
  const length = Math.round(Number(found[1]) * UNITS[found[2] ?? 'ms']!);
  return length > 0 && length < 2 ** 31 * 1000 ? length : null;
}

/** `24h` is `24 hours`, `1h` is `hour`: what follows "last". */
export function spanInWords(text: string): string {
  const found = SPAN.exec(text.trim().toLowerCase());
  if (!found) return text;
  const name = NAMES[found[2] ?? 'ms']!;
  return found[1] === '1' ? name : `${found[1]} ${name}s`;
}
