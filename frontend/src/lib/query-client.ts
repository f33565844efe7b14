/** The cache of the tab. Keys are [operation, variables]. */
import { QueryClient } from '@tanstack/react-query';
import { asGqlError } from './gql';

const PASSING: readonly string[] = ['UNREACHABLE', 'UNAVAILABLE'];
const FRESH_MS = 5_000;

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, problem) => failures < 2 && PASSING.includes(asGqlError(problem).code),
        retryDelay: (attempt) => 300 * 2 ** attempt,
      },
      mutations: { retry: false },
    },
  });
}
