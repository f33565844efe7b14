/** Dates and times between JSON and the browser's own fields. */

const ZONED = /(Z|[+-]\d\d:?\d\d)$/i;
const SHOWABLE = { date: /^\d{4}-\d\d-\d\d$/, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d/, time: /^\d\d:\d\d(:\d\d(\.\d+)?)?$/ } as const;

export type MomentFormat = keyof typeof SHOWABLE;

/** Whether the browser's field can show the text; another text would leave it empty. */
export function isShowable(format: MomentFormat, text: string): boolean {
  if (!SHOWABLE[format].test(text)) return false;
  return format !== 'date-time' || !Number.isNaN(new Date(text).getTime());
}

/** A date and time that says no zone. */
export const isNaive = (value: unknown): boolean => typeof value === 'string' && SHOWABLE['date-time'].test(value) && !ZONED.test(value);

/** A moment as the field wants it: local wall-clock time, to the second where it has seconds. */
export function toField(value: string): string {
  if (!ZONED.test(value)) return value.slice(0, 19);
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return '';
  const local = wallTime(moment);
  return moment.getUTCSeconds() ? local : local.slice(0, 16);
}

/** Wall-clock time of this browser with its offset; a value without a zone keeps none. A time that
 *  the zone skips is the one that its clocks show then. */
export function fromField(field: string, keepsNaive: boolean): string {
  const full = withSeconds(field);
  const moment = new Date(full);
  if (keepsNaive || Number.isNaN(moment.getTime())) return full;
  return `${wallTime(moment)}${offsetOf(moment)}`;
}

/** The time to which one that the browser's zone skips is moved; null for every other. */
export function movedTo(field: string): string | null {
  const moment = new Date(withSeconds(field));
  if (Number.isNaN(moment.getTime())) return null;
  const shown = wallTime(moment);
  return shown === withSeconds(field) ? null : shown.slice(11, 16);
}

const withSeconds = (field: string): string => (field.length === 16 ? `${field}:00` : field.slice(0, 19));

function wallTime(moment: Date): string {
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function offsetOf(moment: Date): string {
  const minutes = -moment.getTimezoneOffset();
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}

export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
