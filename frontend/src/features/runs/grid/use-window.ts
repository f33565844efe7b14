'use client';
/** The rows in view while one scrolls. With rows of one height this is all that virtual lists need. */
import { useCallback, useLayoutEffect, useState } from 'react';
import { rangeOf, type Range } from './window';

/** Before anything is measured: a screenful. */
const GUESSED_PX = 900;

export function useWindow(scroller: { current: HTMLElement | null }, count: number, rowHeight: number): [Range, () => void] {
  const [range, setRange] = useState(() => rangeOf(0, GUESSED_PX, rowHeight, count));
  const look = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const next = rangeOf(element.scrollTop, element.clientHeight, rowHeight, count);
    setRange((was) => (was.first === next.first && was.end === next.end ? was : next));
  }, [scroller, count, rowHeight]);
  useLayoutEffect(() => {
    look();
    const resized = new ResizeObserver(look);
    if (scroller.current) resized.observe(scroller.current);
    return () => resized.disconnect();
  }, [look, scroller]);
  return [range, look];
}
