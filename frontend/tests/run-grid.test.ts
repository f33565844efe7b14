import { expect, test } from 'vitest';
import { barOf } from '@/features/runs/grid/bar';
import { rangeOf, revealing } from '@/features/runs/grid/window';
import { allOf, everything, extended, isEmpty, NONE_SELECTED, toggled } from '@/features/runs/selection';

test('the rows in view and some around them', () => {
  expect(rangeOf(0, 330, 33, 1000)).toEqual({ first: 0, end: 22 });
  expect(rangeOf(3300, 330, 33, 1000)).toEqual({ first: 88, end: 122 });
  expect(rangeOf(99_999, 330, 33, 50)).toEqual({ first: 38, end: 50 });
  expect(rangeOf(0, 330, 33, 0)).toEqual({ first: 0, end: 0 });
});

test('a row is brought into view only if it is not there', () => {
  expect(revealing(5, 33, 36, 0, 400)).toBeNull();
  expect(revealing(5, 33, 36, 330, 400)).toBe(165);
  expect(revealing(20, 33, 36, 0, 400)).toBe(20 * 33 + 33 + 36 - 400);
});

test('a bar has the median in its middle', () => {
  expect(barOf(500, 500)).toEqual({ share: 0.5, factor: null });
  expect(barOf(1600, 500)).toEqual({ share: 1, factor: '3.2×' });
  expect(barOf(20_000, 500)?.factor).toBe('40×');
  expect(barOf(20_000, 7_000)?.factor).toBeNull();
  expect(barOf(1, 0)).toBeNull();
});

test('a run is called slow from three times the median and a second more', () => {
  expect(barOf(266, 12)?.factor).toBeNull();
  expect(barOf(1_011, 12)?.factor).toBeNull();
  expect(barOf(1_012, 12)?.factor).toBe('84×');
  expect(barOf(59_999, 20_000)?.factor).toBeNull();
  expect(barOf(60_000, 20_000)?.factor).toBe('3.0×');
});

test('runs are chosen one by one, by range, all that are loaded, and all that match', () => {
  const order = ['a', 'b', 'c', 'd'];
  const one = toggled(NONE_SELECTED, 'b');
  expect([...extended(one, order, 'd').ids]).toEqual(['b', 'c', 'd']);
  expect([...extended(one, order, 'a').ids].sort()).toEqual(['a', 'b']);
  expect([...extended(NONE_SELECTED, order, 'c').ids]).toEqual(['c']);
  expect(isEmpty(toggled(one, 'b'))).toBe(true);
  expect(allOf(order).ids.size).toBe(4);
  expect(everything(order).isEverything).toBe(true);
  expect(toggled(everything(order), 'a')).toMatchObject({ isEverything: false, anchor: 'a' });
});
