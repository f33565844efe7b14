import { expect, test } from 'vitest';
import { READABLE, viewOf } from '@/lib/graph-view';

const FRAME = { width: 800, height: 400 };

test('what can be read as a whole is shown as a whole, in the middle', () => {
  expect(viewOf({ width: 400, height: 100 }, FRAME, undefined)).toEqual({ zoom: 1, x: 200, y: 150 });
  expect(viewOf({ width: 853, height: 100 }, FRAME, undefined).zoom).toBeCloseTo(768 / 853);
});

test('names of 12 px never get smaller than 10 px', () => expect(12 * READABLE).toBeGreaterThanOrEqual(10));

test('of a long chain one sees the start, the middle around what matters, or the end', () => {
  const chain = { width: 2_500, height: 44 };
  const at = (x: number) => viewOf(chain, FRAME, { x, y: 0 });
  expect(at(0)).toMatchObject({ zoom: READABLE, x: 16 });
  expect(at(1_200).x).toBeCloseTo(400 - (1_200 + 98) * READABLE);
  expect(at(2_304).x).toBeCloseTo(800 - 16 - 2_500 * READABLE);
  expect(at(1_200).y).toBeCloseTo((400 - 44 * READABLE) / 2);
});

test('a frame without room shows the start', () => expect(viewOf({ width: 400, height: 100 }, { width: 0, height: 0 }, undefined).zoom).toBe(READABLE));
