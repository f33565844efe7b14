'use client';
/** Whether the page of a run opens once it is started: kept in this browser. */
import { useState } from 'react';

const KEY = 'dagy-open-started-run';
let choice: boolean | undefined;

export function opensStartedRun(): boolean {
  choice ??= recall();
  return choice;
}

function recall(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'no';
  } catch {
    return true;
  }
}

export function useKeptChoice(): [boolean, (opens: boolean) => void] {
  const [opens, set] = useState(opensStartedRun);
  const keep = (next: boolean) => {
    choice = next;
    set(next);
    try {
      localStorage.setItem(KEY, next ? 'yes' : 'no');
    } catch {
      // Storage may be forbidden; then it holds until the tab is closed.
    }
  };
  return [opens, keep];
}
