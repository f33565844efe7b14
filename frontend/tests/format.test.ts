import { describe, expect, test } from 'vitest';
import { absolute, bytes, compact, count, duration, elapsedMs, percent, plural, relative, sentence } from '@/lib/format';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();

test.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [4.4, '4 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [1234, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m 00 s'],
  [125_000, '2 m 05 s'],
  [3_599_600, '1 h 00 m'],
  [12_000_000, '3 h 20 m'],
  [187_200_000, '2 d 4 h'],
])('a duration of %d ms reads %s', (ms, text) => expect(duration(ms)).toBe(text));

test.each([
  [0, 'now'],
  [2, 'now'],
  [12, '12s ago'],
  [59, '59s ago'],
  [61, '1m ago'],
  [3 * 3600, '3h ago'],
  [25 * 3600, 'yesterday'],
  [-300, 'in 5m'],
])('%d seconds ago reads %s', (seconds, text) => expect(relative(at(seconds), NOW)).toBe(text));

test('an absolute time says its zone', () => {
  expect(absolute('2026-11-26T05:04:19Z', 'UTC')).toBe('26 Nov 2026, 05:04:19 UTC');
});

describe('what has not ended', () => {
  test('lasts until now', () => expect(elapsedMs(at(90), null, NOW)).toBe(90_000));
  test('lasts until its end once it has', () => expect(elapsedMs(at(90), at(30), NOW)).toBe(60_000));
  test('is never negative, whatever the clocks say', () => expect(elapsedMs(at(-5), null, NOW)).toBe(0));
});

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [1000, '1.0 KB'],
  [1536, '1.5 KB'],
  [999_950, '1.0 MB'],
  [7_400_000_000, '7.4 GB'],
])('%d bytes read %s', (size, text) => expect(bytes(size)).toBe(text));

test('counts are grouped, compact and in the plural', () => {
  expect(count(12345)).toBe('12,345');
  expect(compact(12345)).toBe('12.3K');
  expect(plural(1, 'run')).toBe('1 run');
  expect(plural(2000, 'run')).toBe('2,000 runs');
  expect(plural(2, 'retry', 'retries')).toBe('2 retries');
});

test('a share of nothing is no number', () => {
  expect(percent(1, 0)).toBeNull();
  expect(percent(1, 2)).toBe('50 %');
  expect(percent(197, 200)).toBe('98.5 %');
  expect(percent(9_999, 10_000)).toBe('99.9 %');
});

test('enum values read as words', () => {
  expect(sentence('STEP_FUNCTIONS')).toBe('Step Functions');
  expect(sentence('API')).toBe('API');
  expect(sentence('UI')).toBe('Web UI');
});
