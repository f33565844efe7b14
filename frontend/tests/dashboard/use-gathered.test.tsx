// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useGathered } from '@/features/dashboard/use-gathered';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('the first comes at once, what follows comes together', () => {
  const take = vi.fn();
  const { result } = renderHook(() => useGathered<number>(take, 1_000));
  act(() => [1, 2, 3].forEach((item) => result.current(item)));
  expect(take.mock.calls).toEqual([[[1]]]);
  act(() => void vi.advanceTimersByTime(1_000));
  expect(take.mock.calls).toEqual([[[1]], [[2, 3]]]);
  act(() => void vi.advanceTimersByTime(5_000));
  act(() => result.current(4));
  expect(take.mock.calls.at(-1)).toEqual([[4]]);
});

test('nothing comes after the page is left', () => {
  const take = vi.fn();
  const { result, unmount } = renderHook(() => useGathered<number>(take, 1_000));
  act(() => [1, 2].forEach((item) => result.current(item)));
  unmount();
  vi.advanceTimersByTime(5_000);
  expect(take).toHaveBeenCalledTimes(1);
});
