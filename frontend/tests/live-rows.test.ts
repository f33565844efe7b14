import { describe, expect, test } from 'vitest';
import { applied, followed, gathered, held, isNew, isWanted, type News, type RunRow, type Rows } from '@/features/runs/live-rows';
import type { RunState } from '@/gql/graphql';

function row(id: string, state: RunState = 'RUNNING', minute = 0): RunRow {
  return {
    id,
    slug: id,
    state,
    stateReason: null,
    trigger: 'API',
    executor: 'LOCAL',
    attempt: 1,
    tags: {},
    createdAt: `2026-11-26T10:${String(minute).padStart(2, '0')}:00+00:00`,
    startedAt: null,
    finishedAt: null,
    queueMs: null,
    durationMs: null,
    error: null,
    flow: { name: 'etl', version: '1', statistics: { p50DurationMs: 900 } },
  };
}

const news = (id: string, state: RunState, sequence: number, minute = 0): News => ({
  run: { ...row(id, state, minute), flow: { name: 'etl', version: '1' } },
  sequence,
});

const pages = (...lists: RunRow[][]): Rows => ({
  pages: lists.map((nodes) => ({ runs: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } })),
  pageParams: lists.map(() => null),
});

const all = (...list: News[]) => list.reduce(gathered, new Map() as ReadonlyMap<string, News>);

describe('gathering', () => {
  test('the latest change of a run counts, in whatever order they come', () => {
    const found = all(news('a', 'SUCCEEDED', 3), news('a', 'RUNNING', 2), news('b', 'QUEUED', 1));
    expect([...found.values()].map(({ run }) => [run.id, run.state])).toEqual([
      ['a', 'SUCCEEDED'],
      ['b', 'QUEUED'],
    ]);
  });
});

describe('applying', () => {
  test('a row changes in its place and keeps its median', () => {
    const was = pages([row('a'), row('b')], [row('c')]);
    const is = applied(was, all(news('b', 'FAILED', 4)));
    expect(is.pages[0]?.runs.nodes.map(({ id, state }) => [id, state])).toEqual([
      ['a', 'RUNNING'],
      ['b', 'FAILED'],
    ]);
    expect(is.pages[0]?.runs.nodes[1]?.flow?.statistics.p50DurationMs).toBe(900);
  });

  test('what did not change stays the same object', () => {
    const was = pages([row('a'), row('b')], [row('c')]);
    const is = applied(was, all(news('b', 'FAILED', 4)));
    expect(is.pages[1]).toBe(was.pages[1]);
    expect(is.pages[0]?.runs.nodes[0]).toBe(was.pages[0]?.runs.nodes[0]);
    expect(applied(was, all(news('z', 'FAILED', 4)))).toBe(was);
  });
});

test('runs that a later reading brought wait', () => {
  const rows = [row('c', 'QUEUED', 3), row('b', 'QUEUED', 2), row('a', 'QUEUED', 1)];
  expect(held(rows, rows[1]!.createdAt).map(({ id }) => id)).toEqual(['b', 'a']);
  expect(held(rows, null)).toHaveLength(3);
});

describe('new runs', () => {
  const place = { filter: null, known: new Set(['a']), last: row('x', 'QUEUED', 5).createdAt, isNewestFirst: true };

  test('a known one is not new, one below the loaded rows is not either', () => {
    expect(isNew(news('a', 'QUEUED', 1, 9), place)).toBe(false);
    expect(isNew(news('b', 'QUEUED', 1, 4), place)).toBe(false);
    expect(isNew(news('b', 'QUEUED', 1, 5), place)).toBe(true);
  });

  test('with the whole list loaded any other is new', () => {
    expect(isNew(news('b', 'QUEUED', 1, 4), { ...place, last: null })).toBe(true);
  });

  test('oldest first it is above the last row only if it is older', () => {
    expect(isNew(news('b', 'QUEUED', 1, 9), { ...place, isNewestFirst: false })).toBe(false);
    expect(isNew(news('b', 'QUEUED', 1, 4), { ...place, isNewestFirst: false })).toBe(true);
  });

  test('one outside of the filter is not', () => {
    expect(isNew(news('b', 'QUEUED', 1, 9), { ...place, filter: { state: ['FAILED'] } })).toBe(false);
  });
});

test('what the subscription leaves out is looked at here', () => {
  const ended = { ...row('a', 'FAILED', 30), durationMs: 5000 };
  expect(isWanted(ended, { state: ['FAILED'], minDurationMs: 5000 })).toBe(true);
  expect(isWanted(ended, { minDurationMs: 5001 })).toBe(false);
  expect(isWanted(row('b'), { minDurationMs: 1 })).toBe(false);
  expect(isWanted(ended, { createdAfter: '2026-11-26T10:31:00.000Z' })).toBe(false);
  expect(followed({ state: ['FAILED'], createdAfter: 'x' })).toBeNull();
  expect(followed({ state: ['FAILED'], search: 'a' })).toEqual({ search: 'a' });
});
