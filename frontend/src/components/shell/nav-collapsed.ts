'use client';
/** Whether the navigation is folded; kept in this browser. */
import { useState } from 'react';

const KEY = 'dagy-nav-collapsed';

function recall(): boolean {
  try {
    return localStorage.getItem(KEY) === '1';
  } catch {
    return false;
  }
}

export function useNavCollapsed(): [boolean, (collapsed: boolean) => void] {
  const [collapsed, set] = useState(recall);
  return [
    collapsed,
    (next) => {
      set(next);
      try {
        localStorage.setItem(KEY, next ? '1' : '0');
      } catch {
        // Storage may be forbidden; the choice then lasts until the page is left.
      }
    },
  ];
}
