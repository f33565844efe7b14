'use client';
/** How far back the dashboard looks: `?range=`. */
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import type { TimeRange } from '@/gql/graphql';

export const RANGES = ['1h', '24h', '7d', '30d'] as const;

export type Range = (typeof RANGES)[number];

interface RangeWords {
  value: TimeRange;
  /** `No runs in the last hour`. */
  last: string;
  /** `3 more than in the hour before`. */
  before: string;
}

export const RANGE_WORDS: Record<Range, RangeWords> = {
  '1h': { value: 'HOUR', last: 'the last hour', before: 'the hour before' },
  '24h': { value: 'DAY', last: 'the last 24 hours', before: 'the 24 hours before' },
  '7d': { value: 'WEEK', last: 'the last 7 days', before: 'the 7 days before' },
  '30d': { value: 'MONTH', last: 'the last 30 days', before: 'the 30 days before' },
};

export function useRange(): [Range, (range: Range) => void] {
  const [range, set] = useQueryState('range', parseAsStringLiteral(RANGES).withDefault('24h').withOptions({ history: 'push' }));
  return [range, (next) => void set(next)];
}
