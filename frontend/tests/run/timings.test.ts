import { describe, expect, test } from 'vitest';
import { ranFor, retryDueAt, segmentsOf } from '@/features/run/gantt/segments';
import { inside, panned, percentOf, ticks, zoomed } from '@/features/run/gantt/scale';
import { criticalPath } from '@/features/run/graph/critical-path';
import { plannedTask, type RunEvent, type Task } from '@/features/run/live/model';

function task(key: string, startedAt: number | null, finishedAt: number | null, ...dependsOn: string[]): Task {
  return { ...plannedTask(key, key, dependsOn), startedAt, finishedAt };
}

const tasksOf = (...tasks: Task[]) => new Map(tasks.map((one) => [one.key, one]));

function event(type: RunEvent['type'], at: number, attempt = 1): RunEvent {
  return { cursor: '', sequence: at, type, at: new Date(at).toISOString(), runState: 'RUNNING', taskKey: 'a', taskState: null, attempt, data: null };
}

describe('criticalPath', () => {
  test('goes back over what was waited for longest', () => {
    const tasks = tasksOf(task('a', 0, 10), task('b', 0, 50), task('c', 50, 60, 'a', 'b'), task('d', 10, 20, 'a'));
    expect([...criticalPath(tasks)]).toEqual(['c', 'b']);
  });

  test('what still runs decides', () => {
    expect([...criticalPath(tasksOf(task('a', 0, 90), task('b', 5, null)))]).toEqual(['b']);
  });

  test('tasks that never began, and children of mapped ones, are not on it', () => {
    const child = { ...task('m[0]', 0, 99), parent: 'm', mapIndex: 0 };
    expect([...criticalPath(tasksOf(task('m', 0, 100), child, task('s', null, 120, 'm')))]).toEqual(['m']);
  });

  test('nothing ran', () => expect(criticalPath(new Map()).size).toBe(0));
});

describe('a task that waits for its next attempt', () => {
  const a: Task = { ...task('a', 100, null), state: 'RETRYING' };
  const history = [event('TASK_STARTED', 100), { ...event('TASK_RETRYING', 300), data: { delayMs: 200 } }];

  test('has run as long as its attempts, and is due after the delay', () => {
    expect(ranFor(segmentsOf(a, { tasks: tasksOf(a), history, runStart: 100, now: 7000 }))).toBe(200);
    expect(retryDueAt(a, history)).toBe(500);
  });

  test('waits for nothing once it runs', () => {
    expect(retryDueAt({ ...a, state: 'RUNNING' }, history)).toBeNull();
    expect(retryDueAt(a, [])).toBeNull();
  });
});

describe('segmentsOf', () => {
  const given = { history: [], runStart: 0, now: 1000 };

  test('waiting begins when the last dependency ends', () => {
    const tasks = tasksOf(task('b', 0, 100), task('a', 130, 200, 'b'));
    expect(segmentsOf(tasks.get('a')!, { ...given, tasks })).toEqual([
      { kind: 'wait', from: 100, to: 130, attempt: 0, failed: false, open: false },
      { kind: 'run', from: 130, to: 200, attempt: 1, failed: false, open: false },
    ]);
  });

  test('a task whose turn has not come has none', () => {
    const tasks = tasksOf(task('b', 0, null), task('a', null, null, 'b'));
    expect(segmentsOf(tasks.get('a')!, { ...given, tasks })).toEqual([]);
  });

  test('attempts are parts, with the pause between them', () => {
    const a = task('a', 100, 900);
    const history = [event('TASK_STARTED', 100), event('TASK_RETRYING', 300), event('TASK_STARTED', 500, 2), event('TASK_SUCCEEDED', 900, 2)];
    const kinds = segmentsOf(a, { ...given, tasks: tasksOf(a), history, runStart: 100 }).map(({ kind, from, to, failed }) => [kind, from, to, failed]);
    expect(kinds).toEqual([
      ['run', 100, 300, true],
      ['pause', 300, 500, false],
      ['run', 500, 900, false],
    ]);
  });

  test('one that runs reaches until now', () => {
    const a = task('a', 100, null);
    expect(segmentsOf(a, { ...given, tasks: tasksOf(a), runStart: 100 })).toEqual([
      { kind: 'run', from: 100, to: 1000, attempt: 1, failed: false, open: true },
    ]);
  });
});

describe('the scale', () => {
  const whole = { from: 0, to: 1000 };

  test('zooming keeps its point and stays inside', () => {
    expect(zoomed(whole, whole, 0.5, 0.25)).toEqual({ from: 125, to: 625 });
    expect(zoomed({ from: 900, to: 1000 }, whole, 4, 1)).toEqual({ from: 600, to: 1000 });
    expect(zoomed({ from: 100, to: 200 }, whole, 100)).toEqual(whole);
  });

  test('panning stops at the ends', () => {
    expect(panned({ from: 100, to: 300 }, whole, -500)).toEqual({ from: 0, to: 200 });
    expect(inside({ from: 950, to: 1050 }, whole)).toEqual({ from: 900, to: 1000 });
  });

  test('marks are round', () => {
    expect(ticks(whole, whole, 5)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(ticks({ from: 130, to: 330 }, whole, 5)).toEqual([150, 200, 250, 300].filter((at) => at % 50 === 0));
  });

  test('percent of the span', () => expect(percentOf({ from: 500, to: 600 }, 525)).toBe(25));
});
