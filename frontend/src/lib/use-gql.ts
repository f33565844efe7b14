'use client';
/** Queries and mutations of typed documents. */
import {
  useMutation,
  useQuery,
  type UseMutationOptions,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query';
import type { TypedDocumentString } from '@/gql/graphql';
import { asGqlError, gql, operationName, type GqlError } from './gql';
import { toast } from './toast';

type QueryKey = readonly [operation: string, variables?: unknown];

/** To read, patch or invalidate what `useGql` keeps; without variables: of every variables. */
export function queryKey<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables?: Variables,
): QueryKey {
  const name = operationName(document.toString());
  return variables === undefined ? [name] : [name, variables];
}

export type GqlOptions<Data> = Omit<UseQueryOptions<Data, GqlError>, 'queryKey' | 'queryFn'>;

export function useGql<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  options: GqlOptions<Data> = {},
): UseQueryResult<Data, GqlError> {
  return useQuery<Data, GqlError>({
    ...options,
    queryKey: queryKey(document, variables),
    queryFn: ({ signal }) => gql(document, variables, { signal }),
  });
}

export interface GqlMutationOptions<Data, Variables>
  extends Omit<UseMutationOptions<Data, GqlError, Variables>, 'mutationFn'> {
  /** The caller shows errors itself, as a form does. */
  quiet?: boolean;
}

/** An error is a toast unless `quiet`. */
export function useGqlMutation<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  { quiet = false, onError, ...options }: GqlMutationOptions<Data, Variables> = {},
): UseMutationResult<Data, GqlError, Variables> {
  return useMutation<Data, GqlError, Variables>({
    ...options,
    mutationFn: (variables) => gql(document, variables),
    onError: (problem, ...rest) => {
      const error = asGqlError(problem);
      if (!quiet) toast.error(error.message);
      return onError?.(error, ...rest);
    },
  });
}
