'use client';
/** Which part of the run's time is in sight: `?zoom=120-4500`, milliseconds after its start. */
import { createParser, useQueryState } from 'nuqs';
import { inside, lengthOf, type Span } from './scale';

const parseAsSpan = createParser<Span>({
  parse: (text) => {
    const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
    return from && to && Number(to) > Number(from) ? { from: Number(from), to: Number(to) } : null;
  },
  serialize: ({ from, to }) => `${Math.round(from)}-${Math.round(to)}`,
  eq: (one, other) => one.from === other.from && one.to === other.to,
});

export function useZoom(whole: Span): [Span, (span: Span | null) => void, boolean] {
  const [kept, keep] = useQueryState('zoom', parseAsSpan.withOptions({ throttleMs: 200 }));
  const span = kept ? inside({ from: whole.from + kept.from, to: whole.from + kept.to }, whole) : whole;
  const set = (next: Span | null) => {
    const isWhole = !next || lengthOf(next) >= lengthOf(whole) * 0.999;
    void keep(isWhole ? null : { from: next.from - whole.from, to: next.to - whole.from });
  };
  return [span, set, kept !== null];
}
