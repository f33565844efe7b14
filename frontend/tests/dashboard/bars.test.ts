import { expect, test } from 'vitest';
import { endOf, highest, inWords, legend, stacked, type Bucket } from '@/features/dashboard/bars';

const bucket = (counts: Bucket['counts']): Bucket => ({ start: '2026-01-01T00:00:00Z', counts });

test('bars stand on the line, failures at the foot', () => {
  const segments = stacked(
    bucket([
      { state: 'SUCCEEDED', count: 6 },
      { state: 'FAILED', count: 4 },
    ]),
    (count) => count * 10,
    100,
  );
  expect(segments).toEqual([
    { state: 'FAILED', count: 4, y: 60, height: 40 },
    { state: 'SUCCEEDED', count: 6, y: 0, height: 60 },
  ]);
});

test('one failure among thousands is seen, and the bar is no taller for it', () => {
  const segments = stacked(
    bucket([
      { state: 'SUCCEEDED', count: 9_999 },
      { state: 'FAILED', count: 1 },
    ]),
    (count) => count / 100,
    100,
  );
  expect(segments.map(({ height }) => height)).toEqual([3, 97]);
});

test('a bucket in words and in sums', () => {
  const full = bucket([
    { state: 'RUNNING', count: 1 },
    { state: 'TIMED_OUT', count: 2 },
  ]);
  expect(inWords(full)).toBe('2 timed out, 1 running');
  expect(inWords(bucket([]))).toBe('no runs');
  expect(highest([full, bucket([])])).toBe(3);
  expect(legend([full, full])).toEqual([
    { state: 'TIMED_OUT', count: 4 },
    { state: 'RUNNING', count: 2 },
  ]);
  expect(endOf(full, 1_800)).toBe('2026-01-01T00:30:00.000Z');
});
