'use client';
/** Archives and restores flows, and says so: what asked for it may be gone from the screen by then. */
import { useQueryClient } from '@tanstack/react-query';
import { SetFlowStatusDocument } from '@/gql/graphql';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';

/** Afterwards everything on the screen is read anew: a flow's status is in many places. */
export function useSetFlowStatus() {
  const client = useQueryClient();
  const undo = useGqlMutation(SetFlowStatusDocument, { onSuccess: () => client.invalidateQueries() });
  const { mutate, isPending } = useGqlMutation(SetFlowStatusDocument, {
    onSuccess: (_data, { input: { name, status } }) => {
      const restore = () => undo.mutate({ input: { name, status: 'ACTIVE' } });
      if (status === 'INACTIVE') toast.success(`Archived ${name}.`, { action: { label: 'Undo', onClick: restore } });
      else toast.success(`Restored ${name}.`);
      return client.invalidateQueries();
    },
  });
  const set = (name: string, status: 'ACTIVE' | 'INACTIVE', onDone?: () => void) => mutate({ input: { name, status } }, { onSettled: onDone });
  return { set, isPending };
}
