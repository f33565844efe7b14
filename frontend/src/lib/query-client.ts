/** The cache of the tab. Keys are [operation, variables]. */
import { hashKey, QueryClient, type QueryKey } from '@tanstack/react-query';
import { asGqlError } from './gql';
import { isRecord } from './json';

const PASSING: readonly string[] = ['UNREACHABLE', 'UNAVAILABLE'];
const FRESH_MS = 5_000;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        queryKeyHashFn: hashed,
        retry: (failures, problem) => failures < 2 && PASSING.includes(asGqlError(problem).code),
        retryDelay: (attempt) => 300 * 2 ** attempt,
      },
      mutations: { retry: false },
    },
  });
}

/** Variables may hold bigints, which the library's own hash raises on. */
const hashed = (key: QueryKey): string => hashKey(named(key) as QueryKey);

function named(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return value.map(named);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, named(one)])) : value;
}
