import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXECUTORS, filterOf, RUN_TRIGGERS, tagPair, viewQuery, type RunView } from '@/features/runs/run-view';
import { span, spanInWords } from '@/features/runs/span';

const now = Date.parse('2026-11-26T12:34:56.789Z');
const ALL: RunView = {
  q: '',
  state: [],
  flow: [],
  deployment: null,
  trigger: null,
  executor: [],
  tag: [],
  last: null,
  from: null,
  to: null,
  longer: null,
  mine: false,
  sort: 'desc',
};

test('a view that narrows nothing has no filter and no query', () => {
  expect(filterOf(ALL, { environment: null, now })).toBeNull();
  expect(viewQuery(ALL)).toBe('');
});

test('every part of a view is in its filter', () => {
  const view: RunView = {
    ...ALL,
    q: ' nightly ',
    state: ['FAILED', 'CRASHED'],
    flow: ['etl'],
    deployment: 'etl-prod',
    trigger: 'RETRY',
    executor: ['LOCAL'],
    tag: ['team=data', 'note=a=b', 'nonsense'],
    from: new Date('2026-11-01T00:00:00Z'),
    to: new Date('2026-11-02T00:00:00Z'),
    longer: '1.5m',
    mine: true,
  };
  expect(filterOf(view, { environment: 'prod', now })).toEqual({
    search: 'nightly',
    state: ['FAILED', 'CRASHED'],
    flowNames: ['etl'],
    deploymentName: 'etl-prod',
    environment: 'prod',
    trigger: 'RETRY',
    executor: ['LOCAL'],
    tags: { team: 'data', note: 'a=b' },
    mine: true,
    minDurationMs: 90_000,
    createdAfter: '2026-11-01T00:00:00.000Z',
    createdBefore: '2026-11-02T00:00:00.000Z',
  });
});

test('a relative time is counted back from now, to the minute, and wins over an absolute one', () => {
  const view: RunView = { ...ALL, last: '24h', from: new Date(0), to: new Date(1) };
  expect(filterOf(view, { environment: null, now })).toEqual({ createdAfter: '2026-11-25T12:34:00.000Z' });
});

test('what is no span narrows nothing', () => {
  expect(filterOf({ ...ALL, last: 'soon', longer: '-3' }, { environment: null, now })).toBeNull();
});

test('an address says what differs from the default', () => {
  expect(viewQuery({ ...ALL, state: ['FAILED', 'CRASHED'], last: '24h' })).toBe('state=FAILED,CRASHED&last=24h');
  expect(viewQuery({ ...ALL, flow: ['a b'], sort: 'desc' })).toBe('flow=a+b');
});

test('spans are read as people write them', () => {
  expect([span('90s'), span('5 m'), span('1.5H'), span('7d'), span('250ms'), span('30')]).toEqual([
    90_000, 300_000, 5_400_000, 604_800_000, 250, 30,
  ]);
  expect([span(''), span('0s'), span('m'), span('1 year')]).toEqual([null, null, null, null]);
  expect([spanInWords('24h'), spanInWords('1h'), spanInWords('soon')]).toEqual(['24 hours', 'hour', 'soon']);
});

test('a tag needs a name', () => {
  expect(tagPair('=x')).toBeNull();
  expect(tagPair('a=')).toEqual(['a', '']);
});

test('the lists of triggers and engines are those of the schema', () => {
  const sdl = readFileSync('../schema/schema.graphql', 'utf8');
  const enumOf = (name: string) => new RegExp(`^enum ${name} \\{([^}]*)\\}`, 'm').exec(sdl)?.[1]?.trim().split(/\s+/);
  expect(enumOf('RunTrigger')?.sort()).toEqual([...RUN_TRIGGERS].sort());
  expect(enumOf('Executor')?.sort()).toEqual([...EXECUTORS].sort());
});
