'use client';
/** One timer for all clocks on the screen. It rests while nothing looks at it or the tab is hidden. */
import { useSyncExternalStore } from 'react';

const TICK_MS = 1000;
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  if (document.hidden) return;
  now = Date.now();
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    timer = setInterval(tick, TICK_MS);
    document.addEventListener('visibilitychange', tick);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  };
}

const rest = () => () => undefined;

function read(): number {
  // The first look after a rest must not see the time of the last tick; two looks in a row, as React
  // takes them, must see the same.
  if (listeners.size === 0 && Date.now() - now >= TICK_MS) now = Date.now();
  return now;
}

/** The time to the second; with `ticking` false, that of the first look. */
export function useNow(ticking = true): number {
  return useSyncExternalStore(ticking ? subscribe : rest, read, read);
}
