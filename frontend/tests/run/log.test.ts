// @vitest-environment jsdom
import { describe, expect, test } from 'vitest';
import { found, nextFound, placeOf, rowOf, shown } from '@/features/run/logs/filter';
import { LogStore, withoutColours, type LogBatch } from '@/features/run/logs/log-store';

type Given = Partial<LogBatch['lines'][number]>;

function batch(...lines: Given[]): LogBatch {
  const whole = { at: '2026-11-26T05:00:00Z', level: 'INFO', message: '', stream: 'log', taskKey: null, attempt: null } as const;
  return { cursor: `c${lines.length}`, lines: lines.map((line) => ({ ...whole, ...line })) };
}

function storeOf(...lines: Given[]): LogStore {
  const store = new LogStore();
  store.add(batch(...lines));
  return store;
}

const ALL = { level: 'DEBUG', task: null } as const;

describe('LogStore', () => {
  test('numbers lines from 1 and remembers where to go on', () => {
    const store = storeOf({ message: 'a' }, { message: 'b' });
    store.add(batch({ message: 'c' }));
    expect(store.lines.map(({ number, message }) => `${number} ${message}`)).toEqual(['1 a', '2 b', '3 c']);
    expect(store.cursor).toBe('c1');
  });

  test('keeps colours for the eye and takes them out for the search', () => {
    const [line] = storeOf({ message: '\u001b[1;31mred\u001b[0m' }).lines;
    expect(line).toMatchObject({ message: '\u001b[1;31mred\u001b[0m', text: 'red' });
    expect(withoutColours('\u001b]8;;http://x\u0007link\u001b]8;;\u0007')).toBe('link');
  });
});

describe('shown', () => {
  test('everything needs no list', () => {
    const view = shown(storeOf({}, {}).lines, ALL);
    expect(view).toMatchObject({ places: null, seen: 2 });
    expect(placeOf(view, 1)).toBe(1);
  });

  test('a level means this one and those above', () => {
    const { lines } = storeOf({ level: 'DEBUG' }, { level: 'WARNING' }, { level: 'INFO' }, { level: 'ERROR' });
    expect(shown(lines, { level: 'WARNING', task: null }).places).toEqual([1, 3]);
  });

  test("a mapped task's lines are those of its children too", () => {
    const { lines } = storeOf({ taskKey: 'check' }, { taskKey: 'check[3]' }, { taskKey: 'checker' }, {});
    expect(shown(lines, { level: 'DEBUG', task: 'check' }).places).toEqual([0, 1]);
  });

  test('goes on behind what was seen', () => {
    const store = storeOf({ level: 'ERROR' });
    const filter = { level: 'ERROR', task: null } as const;
    const before = shown(store.lines, filter);
    store.add(batch({ level: 'INFO' }, { level: 'ERROR' }));
    const after = shown(store.lines, { ...filter }, before);
    expect(after.places).toEqual([0, 2]);
    expect(after.places).toBe(before.places);
    expect(rowOf(after, 1)).toBe(1);
  });
});

describe('found', () => {
  const store = storeOf({ message: 'An apple' }, { message: 'pear' }, { message: 'APPLES' });

  test('small and capital letters are the same', () => {
    expect(found(store.lines, shown(store.lines, ALL), 'apple').rows).toEqual([0, 2]);
  });

  test('nothing is found by no text', () => {
    expect(found(store.lines, shown(store.lines, ALL), '').rows).toEqual([]);
  });

  test('next and before go round', () => {
    expect(nextFound([2, 5], 2, 1)).toBe(1);
    expect(nextFound([2, 5], 5, 1)).toBe(0);
    expect(nextFound([2, 5], 2, -1)).toBe(1);
    expect(nextFound([], 0, 1)).toBe(-1);
  });
});
