'use client';
import { useQueryClient } from '@tanstack/react-query';
import { SetFlowStatusDocument } from '@/gql/graphql';
import { useGqlMutation } from '@/lib/use-gql';

/** Afterwards everything on the screen is read anew: a flow's status is in many places. */
export function useSetFlowStatus() {
  const client = useQueryClient();
  return useGqlMutation(SetFlowStatusDocument, { onSuccess: () => client.invalidateQueries() });
}
