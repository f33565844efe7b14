import { describe, expect, test } from 'vitest';
import { asCommand } from '@/features/runs/as-command';
import { byUse } from '@/features/runs/bulk/by-use';
import { inWords as progressInWords, isOver } from '@/features/runs/bulk/progress';
import { atLocal, inWords, ofLocal } from '@/features/runs/filters/times';
import { appended, NO_LINES, SHOWN_LINES, type Line } from '@/features/runs/peek/log-tail';
import type { RunView } from '@/features/runs/run-view';
import { durationTicks, nearest, scaleOf, shapeOf, timeAt, timeTicks, xOf, yOf, type Mark } from '@/features/runs/timeline/scale';
import type { RunRow } from '@/features/runs/live-rows';
import { DEFAULT_LOOK } from '@/features/runs/use-look';
import { filterOfQuery, isRelative, isSameQuery, queryOf } from '@/features/runs/views/view-query';
import type { BulkProgressFragment, RunState } from '@/gql/graphql';

const now = Date.parse('2026-11-26T12:00:00Z');
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

describe('the view as a command', () => {
  test('says what its options can say', () => {
    const view: RunView = { ...ALL, state: ['FAILED'], flow: ["it's"], last: '1h' };
    expect(asCommand(view, 'prod', now)).toBe(
      `dagy runs list --state FAILED --flow 'it'\\''s' --environment prod --since 2026-11-26T11:00:00`,
    );
    expect(asCommand(ALL, null, now)).toBe('dagy runs list');
  });

  test('is not offered where it would show other runs', () => {
    expect(asCommand({ ...ALL, tag: ['a=b'] }, null, now)).toBeNull();
    expect(asCommand({ ...ALL, flow: ['a', 'b'] }, null, now)).toBeNull();
    expect(asCommand({ ...ALL, sort: 'asc' }, null, now)).toBeNull();
  });
});

describe('saved views', () => {
  test('keep the view, the environment and what looks otherwise', () => {
    const query = queryOf({ ...ALL, state: ['FAILED'] }, { ...DEFAULT_LOOK, density: 'roomy' }, 'prod');
    expect(query).toBe('state=FAILED&density=roomy&env=prod');
    expect(filterOfQuery(query, now)).toEqual({ state: ['FAILED'], environment: 'prod' });
    expect(queryOf(ALL, DEFAULT_LOOK, null)).toBe('');
  });

  test('a relative time is counted from now', () => {
    expect(isRelative('last=1h')).toBe(true);
    expect(isRelative('state=FAILED')).toBe(false);
    expect(filterOfQuery('last=1h', now)).toEqual({ createdAfter: '2026-11-26T11:00:00.000Z' });
  });

  test('the order of an address means nothing', () => {
    expect(isSameQuery('a=1&b=x%20y', 'b=x+y&a=1')).toBe(true);
    expect(isSameQuery('a=1', 'a=2')).toBe(false);
  });
});

describe('bulk operations', () => {
  const operation: BulkProgressFragment = {
    id: 'b',
    action: 'CANCEL',
    state: 'WAITING',
    reason: null,
    total: 12,
    done: 0,
    skipped: 0,
    failed: 0,
    problems: [],
    startsAt: '2026-11-26T12:00:04.500Z',
  };

  test('can be undone, then stopped', () => {
    expect(progressInWords(operation, now)).toMatchObject({ text: 'Cancelling 12 runs in 5 s', action: 'Undo' });
    const running = { ...operation, state: 'RUNNING' as const, done: 3, skipped: 1 };
    expect(progressInWords(running, now)).toMatchObject({ text: 'Cancelling: 4 of 12 runs', action: 'Stop' });
    expect([isOver(operation), isOver(running)]).toEqual([false, false]);
  });

  test('say what became of them', () => {
    const done = { ...operation, state: 'COMPLETED' as const, done: 11, skipped: 1 };
    expect(progressInWords(done, now)).toEqual({
      kind: 'success',
      text: 'Cancelled 11 runs',
      description: '1 run had nothing to do',
      action: null,
    });
    const partly = { ...done, done: 10, failed: 1, problems: [{ run: 'a-b', code: 'X', message: 'No.' }] };
    expect(progressInWords(partly, now)).toMatchObject({ kind: 'error', description: '1 run had nothing to do; 1 failed: a-b: No.' });
    expect(progressInWords({ ...operation, state: 'CANCELLED' }, now).text).toBe('Undone: no runs were changed');
    expect(progressInWords({ ...done, state: 'CANCELLED' }, now).text).toBe('Stopped after 12 of 12 runs');
    expect(isOver(done)).toBe(true);
  });

  test('only what has something to do is offered', () => {
    const counts = (['RUNNING', 'FAILED', 'SUCCEEDED'] as const).map((state, at) => ({ state, count: at * 1000, isCapped: at === 2 }));
    expect(byUse(counts, [])).toEqual({ active: null, ended: '3,000+', unfinished: '1,000' });
    expect(byUse(counts, ['SUCCEEDED'])).toEqual({ active: null, ended: '2,000+', unfinished: null });
  });
});

test('the end of a log keeps its last lines and counts all', () => {
  const lines = Array.from({ length: 30 }, (_, at): Line => ({ at: 'x', level: 'INFO', message: String(at), taskKey: null }));
  const tail = appended(appended(NO_LINES, lines.slice(0, 5)), lines.slice(5));
  expect(tail.seen).toBe(30);
  expect(tail.lines.map(({ message }) => Number(message))).toEqual(Array.from({ length: SHOWN_LINES }, (_, at) => 18 + at));
});

test('moments go through a field unchanged', () => {
  const date = new Date('2026-11-26T12:34:56Z');
  expect(ofLocal(atLocal(date))).toEqual(date);
  expect(ofLocal('')).toBeNull();
  expect(inWords({ last: '24h', from: null, to: null })).toBe('last 24 hours');
  expect(inWords({ last: null, from: date, to: null })).toBe('since 26 Nov, 12:34');
  expect(inWords({ last: null, from: null, to: null })).toBeNull();
});

describe('the timeline', () => {
  const run = (createdAt: string, durationMs: number | null, state: RunState = 'SUCCEEDED') =>
    ({ id: createdAt, createdAt, durationMs, state, startedAt: null, finishedAt: null }) as RunRow;
  const rows = [run('2026-11-26T11:00:00Z', 90_000), run('2026-11-26T10:00:00Z', 250), run('2026-11-26T10:30:00Z', null, 'QUEUED')];
  const scale = scaleOf(rows, now)!;
  const box = { width: 1000, height: 92 };

  test('reaches from the first run to the last, and over their durations', () => {
    expect(scale).toEqual({ from: Date.parse('2026-11-26T10:00:00Z'), to: Date.parse('2026-11-26T11:00:00Z'), least: 100, most: 100_000 });
    expect(scaleOf([], now)).toBeNull();
    expect(scaleOf([rows[0]!], now)!.to - scaleOf([rows[0]!], now)!.from).toBe(60_000);
  });

  test('a place and its time belong together', () => {
    const at = Date.parse('2026-11-26T10:15:00Z');
    expect(timeAt(xOf(at, scale, box), scale, box)).toBeCloseTo(at, -1);
    expect(yOf(250, scale, box)).toBeGreaterThan(yOf(90_000, scale, box));
    expect(timeAt(-50, scale, box)).toBe(scale.from);
  });

  test('a mark is found near the pointer only', () => {
    const marks: Mark[] = [{ run: rows[0]!, x: 100, y: 50, shape: 'dot', ms: 1 }];
    expect(nearest(marks, 105, 52)?.x).toBe(100);
    expect(nearest(marks, 120, 50)).toBeNull();
  });

  test('states differ by shape, not by colour alone', () => {
    expect((['SUCCEEDED', 'FAILED', 'RUNNING', 'CANCELLED'] as const).map((state) => shapeOf(run('', 1, state)))).toEqual([
      'dot',
      'diamond',
      'ring',
      'square',
    ]);
  });

  test('ticks are round', () => {
    expect(timeTicks(scale, 7, 0).at.map((at) => new Date(at).toISOString().slice(11, 16))).toEqual(
      ['10:00', '10:10', '10:20', '10:30', '10:40', '10:50', '11:00'],
    );
    expect(durationTicks(scale)).toEqual([100, 1000, 10_000, 60_000]);
    expect(durationTicks({ least: 1, most: 1e8 }).length).toBeLessThanOrEqual(4);
  });
});
