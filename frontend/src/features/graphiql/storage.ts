/** GraphiQL's storage without secrets: its history would keep the headers tab, and so the tokens. */
import type { Storage } from '@graphiql/toolkit';

const HISTORY_KEYS: readonly string[] = ['graphiql:queries', 'graphiql:favorites'];

export const storage: Storage = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) =>
    localStorage.setItem(key, HISTORY_KEYS.includes(key) ? withoutHeaders(value) : value),
  removeItem: (key) => localStorage.removeItem(key),
  get length() {
    return localStorage.length;
  },
  clear: () => {
    const own = Object.keys(localStorage).filter((key) => key.startsWith('graphiql:'));
    own.forEach((key) => localStorage.removeItem(key));
  },
};

export function withoutHeaders(history: string): string {
  return JSON.stringify(JSON.parse(history), (key: string, value: unknown) =>
    key === 'headers' ? undefined : value,
  );
}
