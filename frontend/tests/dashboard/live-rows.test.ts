import { expect, test } from 'vitest';
import { heldRows, newCount, overlaid, withHeard, type Heard } from '@/features/dashboard/live-rows';

interface Run {
  id: string;
  createdAt: string;
  state: string;
}

const run = (id: string, minute: number, state = 'RUNNING'): Run => ({
  id,
  state,
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
});
const nothing: ReadonlyMap<string, Heard<Run>> = new Map();

test('what was heard wins over an answer that was under way', () => {
  const heard = withHeard(nothing, run('a', 1, 'SUCCEEDED'), 5_000);
  expect(overlaid([run('a', 1)], heard, 6_000)).toEqual([run('a', 1, 'SUCCEEDED')]);
});

test('an answer that is later by far wins over what was heard', () => {
  const heard = withHeard(nothing, run('a', 1), 5_000);
  expect(overlaid([run('a', 1, 'SUCCEEDED')], heard, 60_000)).toEqual([run('a', 1, 'SUCCEEDED')]);
});

test('new runs come first, whatever the order they are heard in', () => {
  let heard = withHeard(nothing, run('c', 3), 1_000);
  heard = withHeard(heard, run('b', 2), 1_001);
  expect(overlaid([run('a', 1)], heard, 0).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
});

test('what was heard long ago is forgotten', () => {
  const heard = withHeard(withHeard(nothing, run('a', 1), 0), run('b', 2), 60_000);
  expect([...heard.keys()]).toEqual(['b']);
});

test('held rows stay in their places and say what they are now', () => {
  const held = [run('b', 2), run('a', 1)];
  const now = [run('c', 3), run('b', 2, 'SUCCEEDED')];
  expect(heldRows(held, now)).toEqual([run('b', 2, 'SUCCEEDED'), run('a', 1)]);
  expect(newCount(held, now)).toBe(1);
});

test('an old run that is heard of is not new', () => {
  expect(newCount([run('b', 2)], [run('b', 2), run('a', 1)])).toBe(0);
});
