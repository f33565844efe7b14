'use client';
import { useEffect, useRef } from 'react';

/**
 * Calls `take` with what came: the first at once, what follows within `gapMs` together at its end. So
 * one change shows at once, and a hundred do not make the page jump a hundred times.
 */
export function useGathered<Item>(take: (items: readonly Item[]) => void, gapMs: number): (item: Item) => void {
  const waiting = useRef<Item[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const release = () => {
    timer.current = undefined;
    if (waiting.current.length === 0) return;
    take(waiting.current.splice(0));
    timer.current = setTimeout(release, gapMs);
  };
  return (item) => {
    waiting.current.push(item);
    if (timer.current === undefined) release();
  };
}
