'use client';
/** Whether the server answers over HTTP. Once it does not, it is asked again until it does. */
import { useSyncExternalStore } from 'react';

export interface Reach {
  isReachable: boolean;
  /** When it is asked next, in milliseconds of the epoch; null while it is being asked. */
  nextAt: number | null;
}

const PROBE_PATH = '/api/ui-config';
const PROBE_WITHIN_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;
const REACHABLE: Reach = { isReachable: true, nextAt: null };

/** What a proxy answers when the server behind it is down or going down. */
const NOBODY_THERE: readonly number[] = [502, 503, 504];

export const isNobodyThere = (status: number): boolean => NOBODY_THERE.includes(status);

let reach = REACHABLE;
let round: Promise<void> | null = null;
let endPause: () => void = () => undefined;
const listeners = new Set<() => void>();
const onBack = new Set<() => void>();

/** Resolves as soon as the server answers: at once where it does. */
export function whenReachable(): Promise<void> {
  round ??= untilAnswered().finally(() => {
    round = null;
  });
  return round;
}

/** Instead of waiting for the next time. */
export const askNow = (): void => endPause();

/** Called each time the server answers again. */
export function subscribeBack(listener: () => void): () => void {
  onBack.add(listener);
  return () => onBack.delete(listener);
}

export const isReachable = (): boolean => reach.isReachable;

export function subscribeReach(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useReach(): Reach {
  return useSyncExternalStore(subscribeReach, () => reach, () => REACHABLE);
}

async function untilAnswered(): Promise<void> {
  for (let failures = 0; !(await answers()); failures++) {
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
    change({ isReachable: false, nextAt: Date.now() + waitMs });
    await pause(waitMs);
    change({ isReachable: false, nextAt: null });
  }
  const wasAway = !reach.isReachable;
  change(REACHABLE);
  if (wasAway) onBack.forEach((listener) => listener());
}

async function answers(): Promise<boolean> {
  try {
    const { status } = await fetch(PROBE_PATH, { cache: 'no-store', signal: AbortSignal.timeout(PROBE_WITHIN_MS) });
    return !isNobodyThere(status);
  } catch {
    return false;
  }
}

function change(to: Reach): void {
  reach = to;
  listeners.forEach((listener) => listener());
}

/** Cut short by `askNow`, and when the device has a network again. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener('online', end);
    endPause = end;
  });
}
