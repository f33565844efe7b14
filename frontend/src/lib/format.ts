/** How numbers and times read. Pure: `now` is always given. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 4 ms, 1.2 s, 2 m 05 s, 3 h 20 m, 2 d 4 h. */
export function duration(ms: number): string {
  const length = Math.max(0, ms);
  if (length < SECOND) return `${Math.round(length)} ms`;
  // 59.96 s would else read 60.0 s.
  if (Math.round(length / 100) * 100 < MINUTE) return `${(length / SECOND).toFixed(1)} s`;
  const seconds = Math.round(length / SECOND);
  if (seconds < HOUR / SECOND) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < DAY / MINUTE) return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const twoDigits = (count: number): string => String(count).padStart(2, '0');

/** Between two moments; to `now` while there is no end. */
export function elapsedMs(start: string, end: string | null | undefined, now: number): number {
  return Math.max(0, (end ? Date.parse(end) : now) - Date.parse(start));
}

const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const UNITS: readonly [limit: number, size: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [MINUTE, SECOND, 'second'],
  [HOUR, MINUTE, 'minute'],
  [DAY, HOUR, 'hour'],
  [30 * DAY, DAY, 'day'],
  [365 * DAY, 30 * DAY, 'month'],
  [Number.POSITIVE_INFINITY, 365 * DAY, 'year'],
];

/** now, 12s ago, in 5m, yesterday. */
export function relative(at: string | number, now: number): string {
  const difference = (typeof at === 'number' ? at : Date.parse(at)) - now;
  const distance = Math.abs(difference);
  if (distance < 3 * SECOND) return 'now';
  const [, size, unit] = UNITS.find(([limit]) => distance < limit) ?? UNITS[UNITS.length - 1]!;
  return relativeFormat.format(Math.trunc(difference / size), unit);
}

const moments = new Map<string | undefined, Intl.DateTimeFormat>();

/** Kept: making one costs a hundred times what using it does, and a list has many times. */
function momentFormat(timeZone: string | undefined): Intl.DateTimeFormat {
  let format = moments.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'short',
      timeZone,
    });
    moments.set(timeZone, format);
  }
  return format;
}

/** With the zone, for titles: 26 Nov 2026, 05:04:19 UTC. */
export function absolute(at: string | number, timeZone?: string): string {
  return momentFormat(timeZone).format(new Date(at));
}

const counts = new Intl.NumberFormat('en');
const compacts = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 12,345. */
export const count = (value: number): string => counts.format(value);

/** 950, 12.3K, 4M. */
export const compact = (value: number): string => compacts.format(value);

/** 98.5 %, never 100 % while one is missing; null where nothing was counted. */
export function percent(part: number, whole: number): string | null {
  if (whole === 0) return null;
  return `${Math.floor((part / whole) * 1000) / 10} %`;
}

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** 512 B, 1.5 KB: powers of 1,000. */
export function bytes(size: number): string {
  let value = size;
  let step = 0;
  while (value >= 999.95 && step < SIZES.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${step === 0 ? value : value.toFixed(1)} ${SIZES[step]}`;
}

/** `1 run`, `3 runs`. */
export function plural(number: number, noun: string, many = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : many}`;
}

/** An enum's value for people: `TIMED_OUT` is Timed out; products and acronyms keep their names. */
export function sentence(value: string): string {
  const name = NAMES.get(value);
  if (name) return name;
  const words = value.toLowerCase().replaceAll('_', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['API', 'API'],
  ['CLI', 'CLI'],
  ['ECS', 'ECS'],
  ['HTTP', 'HTTP'],
  ['S3', 'S3'],
  ['STEP_FUNCTIONS', 'Step Functions'],
  ['UI', 'Web UI'],
]);
