'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** False in the exported page and in the first render, which must look like it; then true. */
export function useHydrated(): boolean {
  return useSyncExternalStore(never, () => true, () => false);
}
