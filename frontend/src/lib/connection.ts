'use client';
/** Whether changes reach this tab as they happen. */
import { useSyncExternalStore } from 'react';

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'offline';

let socket: Exclude<Connection, 'offline'> = 'connecting';
const listeners = new Set<() => void>();

const emit = (): void => listeners.forEach((listener) => listener());

export function setSocketState(state: typeof socket): void {
  if (state === socket) return;
  socket = state;
  emit();
}

export function connection(): Connection {
  return navigator.onLine ? socket : 'offline';
}

export function subscribeConnection(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribeConnection, connection, () => 'connecting');
}
