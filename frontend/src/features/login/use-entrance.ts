'use client';
import { useSearchParams } from 'next/navigation';
import type { TypedDocumentString } from '@/gql/graphql';
import { safeNext } from '@/lib/signed-out';
import { useGqlMutation } from '@/lib/use-gql';

/** A mutation that signs in. Then a full load, so that nothing of before stays in memory. */
export function useEntrance<Data, Variables>(document: TypedDocumentString<Data, Variables>) {
  const next = safeNext(useSearchParams().get('next'));
  return useGqlMutation(document, { quiet: true, onSuccess: () => window.location.replace(next) });
}
