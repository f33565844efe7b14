import { describe, expect, test } from 'vitest';
import { diffLines, hunksOf } from '@/features/flow/diff/lines';
import { changesOf, diffSpecs, unionOf } from '@/features/flow/diff/spec-diff';
import { nearest } from '@/features/flow/graph/nearest';
import { historyBuckets, median, rollingMedian } from '@/features/flow/history';
import { inputText, settingsOf, specOf } from '@/features/flow/spec';

const shown = (before: string, after: string) => diffLines(before, after).map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`);

describe('lines', () => {
  test.each([
    ['', '', []],
    ['a', 'a', [' a']],
    ['', 'a\nb', ['+a', '+b']],
    ['a\nb\n', '', ['-a', '-b']],
    ['a\nb\nc', 'a\nx\nc', [' a', '-b', '+x', ' c']],
    ['a\nb\nc', 'a\nc\nd', [' a', '-b', ' c', '+d']],
  ])('from %j to %j', (before, after, lines) => expect(shown(before, after)).toEqual(lines));

  test('both sides can be read back, whatever changed', () => {
    for (let round = 0; round < 200; round += 1) {
      const text = () => Array.from({ length: (round * 7) % 23 }, (_, at) => 'abcde'[(at * at + round * (at + 3)) % ((round % 4) + 2)]).join('\n');
      const before = text();
      const after = text().split('\n').reverse().slice(round % 5).join('\n');
      const lines = diffLines(before, after);
      expect(lines.filter(({ kind }) => kind !== 'added').map(({ text: one }) => one).join('\n')).toBe(before.replace(/\n$/, ''));
      expect(lines.filter(({ kind }) => kind !== 'removed').map(({ text: one }) => one).join('\n')).toBe(after.replace(/\n$/, ''));
    }
  });

  test('have the numbers of both texts', () => {
    expect(diffLines('a\nb', 'b\nc').map(({ before, after }) => [before, after])).toEqual([[1, undefined], [2, 1], [undefined, 2]]);
  });

  test('far from changes are folded', () => {
    const many = Array.from({ length: 20 }, (_, at) => `line ${at}`);
    const hunks = hunksOf(diffLines(many.join('\n'), many.with(10, 'other').join('\n')));
    expect(hunks.map((one) => ('skipped' in one ? one.skipped : one.lines.length))).toEqual([7, 8, 6]);
  });
});

const task = (key: string, more: object = {}) => ({ key, name: key, depends_on: [], ...more });
const spec = (tasks: object[], more: object = {}) => specOf({ tasks, ...more });

test('tasks are added, removed and changed', () => {
  const before = spec([task('a'), task('b', { retry: { retries: 0 } }), task('c')], { timeout_seconds: null });
  const after = spec([task('a'), task('b', { retry: { retries: 2 } }), task('d')], { timeout_seconds: 60 });
  const diff = diffSpecs(before, after);
  expect(diff.tasks).toEqual([
    { key: 'c', kind: 'removed', changes: [] },
    { key: 'b', kind: 'changed', changes: [{ path: 'retry.retries', before: 0, after: 2 }] },
    { key: 'd', kind: 'added', changes: [] },
  ]);
  expect(diff.flow).toEqual([{ path: 'timeout_seconds', before: null, after: 60 }]);
  expect(unionOf(before.tasks, after.tasks).map(({ key }) => key)).toEqual(['a', 'b', 'd', 'c']);
});

test('changes enter objects and take lists whole', () => {
  expect(changesOf({ a: { b: [1] }, c: 1 }, { a: { b: [2] }, c: 1 })).toEqual([{ path: 'a.b', before: [1], after: [2] }]);
});

test('a spec of a stranger has no tasks', () => expect(specOf('?').tasks).toEqual([]));

test('inputs and settings in words', () => {
  expect(inputText({ kind: 'param', name: 'rows', path: [0, 'id'] })).toBe('parameter rows[0].id');
  expect(inputText({ kind: 'task', key: 'load', path: [] })).toBe('result of load');
  expect(inputText({ kind: 'const', value: 'x' })).toBe('"x"');
  const [one] = spec([task('a', { retry: { retries: 2 }, timeout_seconds: 60, isolate: false })]).tasks;
  expect(settingsOf(one!)).toEqual([['Retries', '2'], ['Time limit', '60 s']]);
});

describe('history', () => {
  const NOW = Date.parse('2026-11-26T12:00:00Z');
  const run = (minutesAgo: number, state: 'SUCCEEDED' | 'FAILED' = 'SUCCEEDED') => ({ state, createdAt: new Date(NOW - minutesAgo * 60_000).toISOString() });
  test('counts each run once, in round parts of the clock', () => {
    const buckets = historyBuckets([run(1), run(2, 'FAILED'), run(90)], NOW);
    expect(buckets.reduce((sum, { total }) => sum + total, 0)).toBe(3);
    expect(buckets.every(({ from, to }) => to - from === 5 * 60_000 && from % (5 * 60_000) === 0)).toBe(true);
    expect(buckets.length).toBeLessThanOrEqual(40);
  });
  test('of one run has parts around it, of none has none', () => {
    expect(historyBuckets([run(0)], NOW)).toHaveLength(12);
    expect(historyBuckets([], NOW)).toEqual([]);
  });
  test('of years fits, too', () => expect(historyBuckets([run(0), run(3 * 365 * 24 * 60)], NOW).length).toBeLessThanOrEqual(41));
  test('medians', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([1, 2])).toBe(1.5);
    expect(rollingMedian([null, 1, 100])).toEqual([50.5, 50.5, 50.5]);
    expect(rollingMedian([null])).toEqual([null]);
  });
});

test('an arrow leads to the node nearest in its direction', () => {
  const places = new Map([['a', { x: 0, y: 0 }], ['b', { x: 100, y: 0 }], ['c', { x: 100, y: 50 }], ['d', { x: 200, y: 0 }]]);
  expect(nearest(places, 'a', 'ArrowRight')).toBe('b');
  expect(nearest(places, 'b', 'ArrowDown')).toBe('c');
  expect(nearest(places, 'a', 'ArrowLeft')).toBeUndefined();
  expect(nearest(places, 'a', 'x')).toBeUndefined();
});
