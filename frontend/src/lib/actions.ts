'use client';
/** What the ⌘K palette offers beside pages, runs and flows: a page registers its own actions. */
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';

export interface Action {
  label: string;
  run: () => void;
  /** More words that find it. */
  keywords?: string;
}

let actions: readonly Action[] = [];
const listeners = new Set<() => void>();

function change(to: readonly Action[]): void {
  actions = to;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NONE: readonly Action[] = [];

export function useActions(): readonly Action[] {
  return useSyncExternalStore(subscribe, () => actions, () => NONE);
}

export function useAction(label: string, run: () => void, options: { enabled?: boolean; keywords?: string } = {}): void {
  const { enabled = true, keywords } = options;
  const latest = useEffectEvent(run);
  useEffect(() => {
    if (!enabled) return;
    const action = { label, keywords, run: () => latest() };
    change([...actions, action]);
    return () => change(actions.filter((one) => one !== action));
  }, [label, enabled, keywords]);
}
