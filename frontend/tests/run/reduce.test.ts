import { describe, expect, test } from 'vitest';
import type { TaskState } from '@/gql/graphql';
import { EMPTY, type Run, type RunEvent } from '@/features/run/live/model';
import { withEvents, withRows } from '@/features/run/live/reduce';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 26, 5, 0, second)).toISOString();

function event(sequence: number, given: Partial<RunEvent>): RunEvent {
  return {
    cursor: `${sequence}`,
    sequence,
    type: 'TASK_STARTED',
    at: at(sequence),
    runState: 'RUNNING',
    taskKey: null,
    taskState: null,
    attempt: 1,
    data: null,
    ...given,
  };
}

const TYPES = { RUNNING: 'TASK_STARTED', SUCCEEDED: 'TASK_SUCCEEDED', FAILED: 'TASK_FAILED', RETRYING: 'TASK_RETRYING' } as const;

function task(sequence: number, key: string, state: keyof typeof TYPES, given: Partial<RunEvent> = {}): RunEvent {
  return event(sequence, { type: TYPES[state], taskKey: key, taskState: state, ...given });
}

function row(key: string, state: TaskState, given: object = {}): Run['taskRuns']['nodes'][number] {
  const mapIndex = key.includes('[') ? 0 : null;
  return { id: `id-${key}`, key, name: key, state, attempt: 0, mapIndex, startedAt: null, finishedAt: null, dependsOn: [], reason: null, error: null, ...given };
}

function run(state: Run['state'], rows: Run['taskRuns']['nodes'], given: Partial<Run> = {}): Run {
  return { state, queuedAt: at(0), startedAt: at(0), finishedAt: null, taskRuns: { nodes: rows, pageInfo: { hasNextPage: false } }, ...given } as Run;
}

const stateOf = (model: typeof EMPTY, key: string) => model.tasks.get(key)?.state;

describe('withEvents', () => {
  test('a task starts and ends', () => {
    const before = withRows(EMPTY, run('RUNNING', [row('a', 'PENDING')]));
    const after = withEvents(before, [task(3, 'a', 'RUNNING'), task(4, 'a', 'SUCCEEDED')]);
    expect(after.tasks.get('a')).toMatchObject({ id: 'id-a', state: 'SUCCEEDED', attempt: 1, startedAt: Date.parse(at(3)), finishedAt: Date.parse(at(4)) });
    expect(after.history.get('a')!.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  test('events that come out of order leave the newest state', () => {
    const before = withRows(EMPTY, run('RUNNING', [row('a', 'PENDING')]));
    const after = withEvents(withEvents(before, [task(4, 'a', 'SUCCEEDED')]), [task(3, 'a', 'RUNNING')]);
    expect(stateOf(after, 'a')).toBe('SUCCEEDED');
    expect(after.events.map(({ sequence }) => sequence)).toEqual([3, 4]);
  });

  test('a batch in the wrong order is put right', () => {
    const after = withEvents(EMPTY, [task(4, 'a', 'SUCCEEDED'), task(3, 'a', 'RUNNING')]);
    expect(after.tasks.get('a')).toMatchObject({ state: 'SUCCEEDED', startedAt: Date.parse(at(3)) });
  });

  test('an event that comes twice changes nothing', () => {
    const once = withEvents(EMPTY, [task(3, 'a', 'RUNNING'), task(4, 'a', 'SUCCEEDED')]);
    expect(withEvents(once, [task(3, 'a', 'RUNNING'), task(4, 'a', 'SUCCEEDED')])).toBe(once);
    expect(withEvents(EMPTY, [task(3, 'a', 'RUNNING'), task(3, 'a', 'RUNNING')]).events).toHaveLength(1);
  });

  test('a gap does no harm, and what fills it later finds its place', () => {
    const gap = withEvents(EMPTY, [task(3, 'a', 'RUNNING'), task(9, 'b', 'RUNNING')]);
    const filled = withEvents(gap, [task(5, 'a', 'SUCCEEDED')]);
    expect(stateOf(filled, 'a')).toBe('SUCCEEDED');
    expect(filled.events.map(({ sequence }) => sequence)).toEqual([3, 5, 9]);
  });

  test('a replay does not take back what the rows already say', () => {
    const ended = row('a', 'SUCCEEDED', { attempt: 2, startedAt: at(3), finishedAt: at(6) });
    const before = withRows(EMPTY, run('SUCCEEDED', [ended], { finishedAt: at(7) }));
    const after = withEvents(before, [event(1, { type: 'RUN_QUEUED', runState: 'QUEUED' }), task(3, 'a', 'RUNNING'), task(4, 'a', 'RETRYING')]);
    expect(stateOf(after, 'a')).toBe('SUCCEEDED');
    expect(after.state).toBe('SUCCEEDED');
    expect(after.history.get('a')).toHaveLength(2);
  });

  test('a retry keeps its first start and says why', () => {
    const error = { code: 'TASK_FAILED', message: 'no answer', type: 'ConnectionError' };
    const after = withEvents(EMPTY, [task(3, 'a', 'RUNNING'), task(4, 'a', 'RETRYING', { data: { error } }), task(6, 'a', 'RUNNING', { attempt: 2 })]);
    expect(after.tasks.get('a')).toMatchObject({ state: 'RUNNING', attempt: 2, startedAt: Date.parse(at(3)), error: null });
    expect(withEvents(EMPTY, after.events.slice(0, 2)).tasks.get('a')!.error).toEqual(error);
  });

  test('a child of a mapped task takes name and dependencies of its parent', () => {
    const before = withRows(EMPTY, run('RUNNING', [row('check', 'RUNNING', { name: 'Check', dependsOn: ['a'] })]));
    const mapped = event(3, { type: 'TASK_MAPPED', taskKey: 'check', taskState: 'RUNNING', data: { count: 2 } });
    const after = withEvents(before, [mapped, task(4, 'check[7]', 'RUNNING')]);
    expect(after.tasks.get('check')!.mapCount).toBe(2);
    expect(after.tasks.get('check[7]')).toMatchObject({ id: null, name: 'Check', parent: 'check', mapIndex: 7, dependsOn: ['a'] });
  });

  test('tasks that nothing was said of keep their identity', () => {
    const before = withRows(EMPTY, run('RUNNING', [row('a', 'PENDING'), row('b', 'PENDING')]));
    const after = withEvents(before, [task(3, 'a', 'RUNNING')]);
    expect(after.tasks.get('b')).toBe(before.tasks.get('b'));
  });

  test('the run goes forward, ends once, and is put back by a crash alone', () => {
    const before = withRows(EMPTY, run('QUEUED', [], { startedAt: null }));
    const started = withEvents(before, [event(2, { type: 'RUN_STARTED' })]);
    expect(started.state).toBe('RUNNING');
    const again = withEvents(started, [event(5, { type: 'RUN_REQUEUED', runState: 'QUEUED' })]);
    expect(again.state).toBe('QUEUED');
    const ended = withEvents(again, [event(8, { type: 'RUN_FINISHED', runState: 'FAILED', taskKey: 'a' })]);
    expect(withEvents(ended, [event(9, { type: 'RUN_STARTED' })]).state).toBe('FAILED');
  });
});

describe('withRows', () => {
  test('an old reading does not take back what events told', () => {
    const told = withEvents(EMPTY, [task(3, 'a', 'RUNNING'), task(4, 'a', 'SUCCEEDED')]);
    const after = withRows(told, run('RUNNING', [row('a', 'RUNNING', { startedAt: at(3) })]));
    expect(after.tasks.get('a')).toMatchObject({ state: 'SUCCEEDED', id: 'id-a' });
  });

  test('a new reading brings what events do not carry', () => {
    const told = withEvents(EMPTY, [task(3, 'a', 'RUNNING'), task(4, 'a', 'FAILED')]);
    const error = { code: 'TASK_FAILED', message: 'boom', type: 'ValueError' };
    const after = withRows(told, run('FAILED', [row('a', 'FAILED', { startedAt: at(3), finishedAt: at(4), attempt: 1, error })]));
    expect(after.tasks.get('a')!.error).toEqual(error);
    expect(after.state).toBe('FAILED');
  });

  test('the same reading twice keeps every task', () => {
    const rows = [row('a', 'RUNNING', { startedAt: at(3) })];
    const once = withRows(EMPTY, run('RUNNING', rows));
    expect(withRows(once, run('RUNNING', rows)).tasks.get('a')).toBe(once.tasks.get('a'));
  });
});
