import { describe, expect, test } from 'vitest';
import type { TaskState } from '@/gql/graphql';
import { describeEvent } from '@/features/run/describe';
import { loadOf, rowsOf } from '@/features/run/gantt/rows';
import { edgePath } from '@/lib/edge-path';
import { edgesOf, NodeCache } from '@/features/run/graph/nodes';
import { neighbour } from '@/features/run/graph/step';
import { EMPTY, plannedTask, type RunEvent, type Task } from '@/features/run/live/model';
import { childrenOf, countsOfRun, failedKeys, nextFailed, taskCounts } from '@/features/run/progress';
import { iconOf, stateMark } from '@/features/run/tab-mark';
import { counted, countsOf, sorted } from '@/features/run/tabs/task-rows';
import { layoutGraph } from '@/lib/graph-layout';
import { inWords } from '@/lib/task-counts';

function task(key: string, state: TaskState, given: Partial<Task> = {}): Task {
  const parent = key.includes('[') ? key.slice(0, key.indexOf('[')) : null;
  const mapIndex = parent === null ? null : Number.parseInt(key.slice(parent.length + 1), 10);
  return { ...plannedTask(key, parent ?? key, []), parent, mapIndex, state, ...given };
}

const modelOf = (...tasks: Task[]) => ({ tasks: new Map(tasks.map((one) => [one.key, one])) });

describe('progress', () => {
  const model = modelOf(task('a', 'SUCCEEDED'), task('m', 'FAILED'), task('m[1]', 'SUCCEEDED'), task('m[0]', 'FAILED'), task('z', 'TIMED_OUT'), task('p', 'PENDING'));

  const none = { total: 0, done: 0, left: 0, failed: 0, timedOut: 0, skipped: 0, cancelled: 0 };
  const going = (...tasks: Task[]) => taskCounts({ ...modelOf(...tasks), state: 'RUNNING' });

  test('items of a mapped task are tasks, and it does not count on top', () => {
    expect(taskCounts({ ...model, state: 'RUNNING' })).toEqual({ ...none, total: 5, done: 2, failed: 1, timedOut: 1, left: 1 });
  });

  test('a map that does not know its items counts as one', () => {
    expect(going(task('m', 'PENDING'))).toEqual({ ...none, total: 1, left: 1 });
    expect(going(task('m', 'SKIPPED'))).toEqual({ ...none, total: 1, skipped: 1 });
  });

  test('items that have not begun are left, and cancelled once the run has ended', () => {
    const tasks = [task('m', 'RUNNING', { mapCount: 300 }), task('m[0]', 'SUCCEEDED'), task('m[1]', 'RUNNING'), task('c', 'CACHED')];
    expect(going(...tasks)).toEqual({ ...none, total: 301, done: 2, left: 299 });
    expect(taskCounts({ ...modelOf(...tasks), state: 'CANCELLED' })).toEqual({ ...none, total: 301, done: 2, cancelled: 299 });
  });

  test('of a run that has ended, and before its events are there, the server counts', () => {
    const counts = { ...none, total: 303, done: 303 };
    const model = { ...EMPTY, ...modelOf(task('a', 'SUCCEEDED')), events: [{} as RunEvent] };
    expect(countsOfRun({ state: 'SUCCEEDED', taskCounts: counts }, model)).toBe(counts);
    expect(countsOfRun({ state: 'RUNNING', taskCounts: counts }, { ...model, events: [] })).toBe(counts);
    expect(countsOfRun({ state: 'RUNNING', taskCounts: counts }, model).total).toBe(1);
  });

  test.each([
    [{ ...none, total: 10, cancelled: 10 }, '0 of 10 tasks, 10 cancelled'],
    [{ ...none, total: 300, done: 253, failed: 46, timedOut: 1 }, '253 of 300 tasks, 46 failed, 1 timed out'],
    [{ ...none, total: 1, done: 1 }, '1 of 1 task'],
    [{ ...none, total: 12000, done: 1500, left: 10498, skipped: 2 }, '1,500 of 12,000 tasks, 2 skipped'],
  ])('%j is told as %s', (counts, words) => expect(inWords(counts)).toBe(words));

  test('of a mapped task the children that failed are named', () => {
    expect(failedKeys(model)).toEqual(['m[0]', 'z']);
  });

  test('the next failed one, round at the ends', () => {
    expect(nextFailed(model, null, 1)).toBe('m[0]');
    expect(nextFailed(model, 'm[0]', 1)).toBe('z');
    expect(nextFailed(model, 'z', 1)).toBe('m[0]');
    expect(nextFailed(model, 'a', -1)).toBe('z');
    expect(nextFailed(modelOf(task('a', 'SUCCEEDED')), null, 1)).toBeNull();
  });

  test('children come in their order', () => {
    expect(childrenOf(model).get('m')!.map(({ key }) => key)).toEqual(['m[0]', 'm[1]']);
  });
});

describe('the rows of tasks', () => {
  const tasks = [task('b', 'RUNNING', { startedAt: 5 }), task('a10', 'FAILED', { startedAt: 1, finishedAt: 3 }), task('a2', 'FAILED', { startedAt: 2, finishedAt: 9 }), task('c', 'PENDING')];
  const keys = (wish: Partial<Parameters<typeof sorted>[1]>) => sorted(tasks, { states: [], text: '', sort: 'order', ...wish }).map(({ key }) => key);

  test('are counted by state, the interesting ones first', () => {
    expect(countsOf(tasks)).toEqual([['FAILED', 2], ['RUNNING', 1], ['PENDING', 1]]);
  });

  test('a mapped task is counted by its items, and listed when nothing is asked for', () => {
    const rows = [task('m', 'FAILED'), task('m[0]', 'FAILED'), task('m[1]', 'SUCCEEDED')];
    expect(countsOf(counted(rows))).toEqual([['FAILED', 1], ['SUCCEEDED', 1]]);
    expect(sorted(rows, { states: ['FAILED'], text: '', sort: 'order' }).map(({ key }) => key)).toEqual(['m[0]']);
    expect(sorted(rows, { states: [], text: '', sort: 'order' })).toHaveLength(3);
  });

  test('are filtered and sorted', () => {
    expect(keys({ states: ['FAILED'], sort: 'name' })).toEqual(['a2', 'a10']);
    expect(keys({ text: ' A1 ' })).toEqual(['a10']);
    expect(keys({ sort: 'started' })).toEqual(['a10', 'a2', 'b', 'c']);
    expect(keys({ states: ['FAILED', 'PENDING'], sort: 'duration' })).toEqual(['a2', 'a10', 'c']);
  });
});

describe('the timeline', () => {
  test('rows are by start, children below an open parent', () => {
    const tops = [task('late', 'RUNNING', { startedAt: 9 }), task('never', 'PENDING'), task('m', 'RUNNING', { startedAt: 1 })];
    const children = new Map([['m', [task('m[0]', 'RUNNING')]]]);
    expect(rowsOf(tops, children, new Set()).map(({ task: { key } }) => key)).toEqual(['m', 'late', 'never']);
    expect(rowsOf(tops, children, new Set(['m'])).map(({ task: { key }, depth }) => `${depth} ${key}`)).toEqual(['0 m', '1 m[0]', '0 late', '0 never']);
  });

  test('the load says how many ran when; a mapped task by its children', () => {
    const { tasks } = modelOf(task('a', 'SUCCEEDED', { startedAt: 0, finishedAt: 50 }), task('b', 'RUNNING', { startedAt: 50 }), task('m', 'RUNNING', { startedAt: 0, mapCount: 3 }));
    expect(loadOf(tasks, { from: 0, to: 100 }, 4, 100)).toEqual([1, 1, 2, 1]);
  });
});

describe('the graph', () => {
  const tasks = [task('a', 'SUCCEEDED'), task('b', 'RUNNING', { dependsOn: ['a'] }), task('c', 'PENDING', { dependsOn: ['a'] })];
  const layout = { ...layoutGraph(tasks.map(({ key, dependsOn }) => ({ id: key, dependsOn }))), direction: 'right' as const };
  const look = { selected: null, critical: new Set<string>(), found: null };

  test('nodes of unchanged tasks are the same objects', () => {
    const cache = new NodeCache();
    const before = cache.build(tasks, new Map(), layout, look);
    const moved = tasks.map((one) => (one.key === 'b' ? { ...one, state: 'SUCCEEDED' as const } : one));
    const after = cache.build(moved, new Map(), layout, look);
    expect(after.map((node, at) => node === before[at])).toEqual([true, false, true]);
    expect(cache.build(moved, new Map(), layout, { ...look, selected: 'c' }).map((node, at) => node === after[at])).toEqual([true, true, false]);
  });

  test('a mapped task says how many of its children are where', () => {
    const children = new Map([['b', [task('b[0]', 'SUCCEEDED'), task('b[1]', 'RUNNING')]]]);
    const [, node] = new NodeCache().build(tasks, children, layout, look);
    expect(node!.data.mapped).toEqual({ ended: 1, total: 2, counts: [['RUNNING', 1], ['SUCCEEDED', 1]] });
  });

  test('edges lead from what is waited for, and only between tasks that are there', () => {
    const edges = edgesOf([...tasks, task('d', 'PENDING', { dependsOn: ['gone'] })], new Set(['a', 'b']), layout, true);
    expect(edges.map(({ id, type, className }) => [id, type, className])).toEqual([['a>b', 'straight', 'is-critical'], ['a>c', 'straight', undefined]]);
  });

  test('an edge runs straight past the nodes between', () => {
    const bends = [{ x: 10, y: 5 }, { x: 20, y: 5 }];
    expect(edgePath({ x: 0, y: 0 }, { x: 30, y: 0 }, bends, 'right')).toBe('M0,0C5,0 5,5 10,5L20,5C25,5 25,0 30,0');
    expect(edgePath({ x: 0, y: 0 }, { x: 8, y: 10 }, [], 'down')).toBe('M0,0C0,5 8,5 8,10');
  });

  test('arrow keys go to neighbours, whichever way the graph lies', () => {
    expect(neighbour('b', 'ArrowLeft', tasks, layout)).toBe('a');
    expect(neighbour('b', 'ArrowDown', tasks, layout)).toBe('c');
    expect(neighbour('c', 'ArrowRight', tasks, layout)).toBeNull();
    const down = { ...layoutGraph(tasks.map(({ key, dependsOn }) => ({ id: key, dependsOn })), {}, 'down'), direction: 'down' as const };
    expect(neighbour('b', 'ArrowUp', tasks, down)).toBe('a');
    expect(neighbour('b', 'ArrowRight', tasks, down)).toBe('c');
  });
});

describe('describeEvent', () => {
  const event = (type: RunEvent['type'], data: object | null = null, attempt = 1) => describeEvent({ type, data, attempt } as RunEvent);

  test('says what happened and why', () => {
    expect(event('TASK_RETRYING', { error: { type: 'ValueError', message: 'no' }, delayMs: 400 })).toBe('Failed: ValueError: no; again in 400 ms');
    expect(event('TASK_SUCCEEDED', { durationMs: 1200 }, 3)).toBe('Succeeded in 1.2 s (attempt 3)');
    expect(event('TASK_SKIPPED', { reason: "upstream 'a' failed" })).toBe("Skipped: upstream 'a' failed");
    expect(event('RUN_FINISHED', { reason: { code: 'CANCELLED', message: 'cancelled by ann' } })).toBe('Ended: cancelled by ann');
  });

  test('gets by without data', () => {
    expect(event('TASK_MAPPED')).toBe('Mapped over 0');
    expect(event('RUN_STARTED')).toBe('Picked up');
  });
});

describe('the mark of the tab', () => {
  test('differs by state in sign and shape', () => {
    expect([stateMark('SUCCEEDED'), stateMark('FAILED'), stateMark('RUNNING')]).toEqual(['✓', '✗', '▶']);
    expect(decodeURIComponent(iconOf('FAILED'))).toContain('#d8323f');
    expect(iconOf('FAILED')).not.toBe(iconOf('CRASHED'));
  });
});
