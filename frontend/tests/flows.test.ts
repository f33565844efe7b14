import { describe, expect, test } from 'vitest';
import { namespaceTree, withChange, type Change, type Flow, type Pages } from '@/features/flows/live';
import { every } from '@/lib/intervals';
import { heightScale, stateSummary } from '@/lib/run-bars';
import { parsedTag, tagsOf } from '@/lib/tags';

const mark = (number: number, state: 'RUNNING' | 'SUCCEEDED' = 'SUCCEEDED') => ({
  id: `r${number}`,
  slug: `run-${number}`,
  state,
  durationMs: 100,
  createdAt: `2026-11-26T00:${String(number).padStart(2, '0')}:00Z`,
});
const pages = (latest: ReturnType<typeof mark>[]): Pages => {
  const statistics = { runs: latest.length, successRate: 1, p50DurationMs: 100, latest };
  const flow = (name: string) => ({ id: name, name, statistics }) as unknown as Flow;
  return { pageParams: [null], pages: [{ flows: { totalCount: 2, pageInfo: { hasNextPage: false, endCursor: null }, nodes: [flow('a'), flow('b')] } }] };
};
const change = (number: number, state: 'RUNNING' | 'SUCCEEDED', flow = 'a'): Change => ({ state, run: { ...mark(number), flow: { name: flow } } });
const latestOf = (was: Pages, at = 0) => was.pages[0]!.flows.nodes[at]!.statistics!.latest;

describe('a change of a run', () => {
  test('puts a new run first, in its flow alone', () => {
    const next = withChange(pages([mark(1)]), change(2, 'RUNNING'));
    expect(latestOf(next).map(({ slug, state }) => `${slug} ${state}`)).toEqual(['run-2 RUNNING', 'run-1 SUCCEEDED']);
    expect(latestOf(next, 1)).toHaveLength(1);
  });
  test('changes one that is there', () => {
    const next = withChange(pages([mark(2, 'RUNNING'), mark(1)]), change(2, 'SUCCEEDED'));
    expect(latestOf(next).map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });
  test('keeps twenty, and leaves older ones out', () => {
    const full = pages(Array.from({ length: 20 }, (_, at) => mark(30 - at)));
    expect(latestOf(withChange(full, change(40, 'RUNNING')))).toHaveLength(20);
    expect(latestOf(withChange(full, change(5, 'SUCCEEDED')))[19]!.slug).toBe('run-11');
  });
  test('of a flow that is not shown changes nothing', () => {
    const was = pages([mark(1)]);
    expect(withChange(was, change(2, 'RUNNING', 'other'))).toBe(was);
  });
});

test('namespaces come with those above them', () => {
  expect(namespaceTree(['shop/orders', 'finance', '', 'shop/stock/eu'])).toEqual(['finance', 'shop', 'shop/orders', 'shop/stock', 'shop/stock/eu']);
});

test('bars are as high as the logarithm of durations', () => {
  const height = heightScale([10, 1000, 100_000, null]);
  expect(height(100_000)).toBe(1);
  expect(height(10)).toBeCloseTo(0.18);
  expect(height(1000)).toBeGreaterThan(0.5);
  expect(height(null)).toBe(0.3);
  expect(heightScale([5, 5])(5)).toBe(0.6);
  expect(heightScale([])(null)).toBe(0.3);
});

test('states in words', () => {
  expect(stateSummary([mark(1), mark(2), mark(3, 'RUNNING')])).toBe('2 succeeded, 1 running');
  expect(stateSummary([])).toBe('none');
});

test.each([
  [60, 'Every minute'],
  [900, 'Every 15 minutes'],
  [5400, 'Every 90 minutes'],
  [86_400, 'Every day'],
  [0.5, 'Every 0.5 seconds'],
])('an interval of %d s', (seconds, text) => expect(every(seconds)).toBe(text));

test('tags are read and shown', () => {
  expect(parsedTag(' team = data=1 ')).toEqual(['team', 'data=1']);
  expect(parsedTag('team')).toBeNull();
  expect(parsedTag('=x')).toBeNull();
  expect(tagsOf({ team: 'data', tier: 1 })).toEqual([['team', 'data'], ['tier', '1']]);
  expect(tagsOf(null)).toEqual([]);
});
