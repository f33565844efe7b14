'use client';
import { useCallback, useSyncExternalStore } from 'react';

/** A phone's width, below Tailwind's `sm`; or below another number of pixels. */
export function useNarrow(below = 640): boolean {
  const query = `(max-width: ${below - 1}px)`;
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches, () => false);
}
