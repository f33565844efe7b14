'use client';
/** Whether changes reach this tab as they happen, and else why not. */
import { useSyncExternalStore } from 'react';
import { isReachable, subscribeReach } from './reach';

export type Connection = 'connecting' | 'live' | 'reconnecting' | 'unreachable' | 'offline';

let socket: Exclude<Connection, 'unreachable' | 'offline'> = 'connecting';
const listeners = new Set<() => void>();

const emit = (): void => listeners.forEach((listener) => listener());

export function setSocketState(state: typeof socket): void {
  if (state === socket) return;
  socket = state;
  emit();
}

export function connection(): Connection {
  if (!navigator.onLine) return 'offline';
  return isReachable() ? socket : 'unreachable';
}

export function subscribeConnection(listener: () => void): () => void {
  listeners.add(listener);
  const leaveReach = subscribeReach(listener);
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    listeners.delete(listener);
    leaveReach();
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribeConnection, connection, () => 'connecting');
}
