/** Moments as the fields of a browser have them, and as people read them. Pure but for the zone. */
import { span, spanInWords } from '../span';

export interface Times {
  last: string | null;
  from: Date | null;
  to: Date | null;
}

/** For `datetime-local`, in the zone of the browser. */
export function atLocal(date: Date | null): string {
  if (!date) return '';
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}

export function ofLocal(text: string): Date | null {
  const date = new Date(text);
  return text === '' || Number.isNaN(date.getTime()) ? null : date;
}

const short = (date: Date): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(date);

/** Null where any time will do. */
export function inWords({ last, from, to }: Times): string | null {
  if (last && span(last) !== null) return `last ${spanInWords(last)}`;
  if (from && to) return `${short(from)} – ${short(to)}`;
  if (from) return `since ${short(from)}`;
  return to ? `before ${short(to)}` : null;
}
