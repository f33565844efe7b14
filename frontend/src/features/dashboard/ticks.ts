/** What the axis of time says below the bars, in the viewer's own zone. Pure but for that zone. */

const DAY_SECONDS = 86_400;
const HALF_HOUR_SECONDS = 1_800;

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export interface Tick {
  index: number;
  label: string;
}

/** Ticks at round times, at least `apart` buckets from each other. */
export function ticks(starts: readonly string[], bucketSeconds: number, apart: number): Tick[] {
  const found: Tick[] = [];
  starts.forEach((start, index) => {
    const last = found.at(-1);
    if (last && index - last.index < apart) return;
    if (isRound(new Date(start), starts[index - 1], bucketSeconds)) found.push({ index, label: labelOf(start, bucketSeconds) });
  });
  return found;
}

function isRound(at: Date, before: string | undefined, bucketSeconds: number): boolean {
  if (bucketSeconds >= DAY_SECONDS) return true;
  if (bucketSeconds > HALF_HOUR_SECONDS) return before !== undefined && new Date(before).getDate() !== at.getDate();
  if (bucketSeconds === HALF_HOUR_SECONDS) return at.getMinutes() === 0 && at.getHours() % 3 === 0;
  return at.getMinutes() % 10 === 0;
}

function labelOf(start: string, bucketSeconds: number): string {
  const at = new Date(start);
  if (bucketSeconds >= DAY_SECONDS) return date.format(at);
  return (bucketSeconds > HALF_HOUR_SECONDS ? weekday : clock).format(at);
}

/** `10:30 – 11:00`, `Wed 12, 08:00 – 12:00`, `12 Nov`. */
export function spanLabel(start: string, bucketSeconds: number): string {
  const from = new Date(start);
  const to = new Date(from.getTime() + bucketSeconds * 1000);
  if (bucketSeconds >= DAY_SECONDS) return `${date.format(from)}, ${clock.format(from)} – ${date.format(to)}, ${clock.format(to)}`;
  const hours = `${clock.format(from)} – ${clock.format(to)}`;
  return bucketSeconds > HALF_HOUR_SECONDS ? `${weekday.format(from)}, ${hours}` : hours;
}
