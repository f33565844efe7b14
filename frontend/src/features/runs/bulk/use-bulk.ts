'use client';
import { useQueryClient } from '@tanstack/react-query';
import { RunTotalsDocument, StartBulkOperationDocument, type CreateBulkOperationInput } from '@/gql/graphql';
import { queryKey, useGqlMutation } from '@/lib/use-gql';
import { watchBulk } from './watch';

/** Of runs that are named; a filter may mean more. */
export const MAX_CHOSEN = 1000;
const UNDO_SECONDS = 5;

type Wanted = Pick<CreateBulkOperationInput, 'action' | 'runIds' | 'filter'>;

export function useBulk(onStarted: () => void) {
  const client = useQueryClient();
  const { mutateAsync, isPending } = useGqlMutation(StartBulkOperationDocument, {
    onSuccess: ({ createBulkOperation: { bulkOperation } }) => {
      watchBulk(bulkOperation, () => void client.invalidateQueries({ queryKey: queryKey(RunTotalsDocument) }));
      onStarted();
    },
  });
  const start = async (wanted: Wanted) => {
    // What went wrong is a toast by now.
    await mutateAsync({ input: { ...wanted, undoSeconds: UNDO_SECONDS } }).catch(() => undefined);
  };
  return { start, isPending };
}
