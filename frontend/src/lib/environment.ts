'use client';
/** The environment that the whole site looks at: `?env=name`, so that a link carries it. */
import { parseAsString, useQueryState } from 'nuqs';

export const ENVIRONMENT_PARAM = 'env';

export function useEnvironment(): [string | null, (name: string | null) => void] {
  const [name, set] = useQueryState(ENVIRONMENT_PARAM, parseAsString.withOptions({ history: 'push' }));
  return [name, (next) => void set(next)];
}

/** `path` in the same environment. */
export function withEnvironment(path: string, name: string | null): string {
  if (!name) return path;
  const [before = '', hash] = path.split('#', 2);
  const joined = `${before}${before.includes('?') ? '&' : '?'}${ENVIRONMENT_PARAM}=${encodeURIComponent(name)}`;
  return hash === undefined ? joined : `${joined}#${hash}`;
}
