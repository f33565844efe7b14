'use client';
/** The run that the page shows, and the one selection that all its parts share. */
import { createContext, use } from 'react';
import type { Run, RunModel } from './live/model';
import type { LogStore } from './logs/log-store';
import type { Tab } from './url';

export interface RunPageValue {
  run: Run;
  model: RunModel;
  log: LogStore;
  /** The key of a task. */
  selected: string | null;
  select: (key: string | null) => void;
  openTab: (tab: Tab) => void;
}

export const RunContext = createContext<RunPageValue | null>(null);

export function useRunPage(): RunPageValue {
  const value = use(RunContext);
  if (!value) throw new Error('useRunPage needs a run page around it');
  return value;
}
