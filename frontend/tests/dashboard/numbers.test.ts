import { expect, test } from 'vitest';
import { countDelta, rateDelta, ratioDelta } from '@/features/dashboard/delta';
import { sortedFlows, type FlowLoad } from '@/features/dashboard/sorted-flows';
import { spanLabel, ticks } from '@/features/dashboard/ticks';
import { runsPath } from '@/lib/runs-path';

const starts = (count: number, seconds: number) =>
  Array.from({ length: count }, (_, index) => new Date(Date.UTC(2026, 0, 1) + index * seconds * 1000).toISOString());

test('counts differ by a count, shares by points, durations by per cent', () => {
  expect(countDelta(1_500, 300)).toEqual({ text: '1,200', direction: 'up' });
  expect(countDelta(3, 3).direction).toBe('same');
  expect(rateDelta(0.97, 0.98)).toEqual({ text: '1 point', direction: 'down' });
  expect(rateDelta(0.5, null)).toBeNull();
  expect(ratioDelta(150, 100)).toEqual({ text: '50 %', direction: 'up' });
  expect(ratioDelta(150, 0)).toBeNull();
});

test('an hour has a tick every ten minutes, a day every three hours', () => {
  expect(ticks(starts(60, 60), 60, 1).map(({ label }) => label)).toEqual(['00:00', '00:10', '00:20', '00:30', '00:40', '00:50']);
  expect(ticks(starts(48, 1_800), 1_800, 1)).toHaveLength(8);
});

test('a week has a tick where a day begins, a month as many as there is room for', () => {
  expect(ticks(starts(42, 14_400), 14_400, 1).map(({ index }) => index)).toEqual([6, 12, 18, 24, 30, 36]);
  expect(ticks(starts(30, 86_400), 86_400, 10).map(({ index }) => index)).toEqual([0, 10, 20]);
});

test('a bucket names its span', () => {
  expect(spanLabel('2026-01-01T10:30:00Z', 1_800)).toBe('10:30 – 11:00');
  expect(spanLabel('2026-01-01T08:00:00Z', 14_400)).toBe('Thu 1, 08:00 – 12:00');
});

test('flows by what is asked for; equals stay as they were', () => {
  const load = (flowName: string, runs: number, failed: number): FlowLoad => ({ flowName, runs, failed, totalDurationMs: 0, buckets: [] });
  const flows = [load('a', 9, 0), load('b', 5, 2), load('c', 4, 2)];
  expect(sortedFlows(flows, 'failures').map(({ flowName }) => flowName)).toEqual(['b', 'c', 'a']);
  expect(sortedFlows(flows, 'time')).toEqual(flows);
});

test('the way to runs says what is listed there', () => {
  expect(runsPath({})).toBe('/runs');
  expect(runsPath({ state: ['FAILED', 'CRASHED'], from: '2026-01-01T00:00:00Z', longerThanMs: 1_500 })).toBe(
    '/runs?state=FAILED,CRASHED&from=2026-01-01T00:00:00Z&longer=1500',
  );
});
