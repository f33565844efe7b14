/** Dates and times between JSON and the browser's own fields. */

const ZONED = /(Z|[+-]\d\d:?\d\d)$/i;

/** A moment as the field wants it: local wall-clock time, to the second where it has seconds. */
export function toField(value: string): string {
  if (!ZONED.test(value)) return value.slice(0, 19);
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return '';
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString();
  return moment.getUTCSeconds() ? local.slice(0, 19) : local.slice(0, 16);
}

/** Wall-clock time of this browser with its offset; a value that had no zone keeps none. */
export function fromField(field: string, before: unknown): string {
  const full = field.length === 16 ? `${field}:00` : field;
  if (typeof before === 'string' && before && !ZONED.test(before)) return full;
  const minutes = -new Date(full).getTimezoneOffset();
  if (!Number.isFinite(minutes)) return full;
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${full}${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
