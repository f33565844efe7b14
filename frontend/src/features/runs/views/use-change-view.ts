'use client';
import { useQueryClient } from '@tanstack/react-query';
import { ChangeViewDocument, SavedViewListDocument, type UpdateSavedViewInput } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { toast } from '@/lib/toast';
import { queryKey, useGqlMutation } from '@/lib/use-gql';

/** After any change the list is read again: its order is by name, and its counts may be others. */
export function useViewsAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: queryKey(SavedViewListDocument) });
}

export function useChangeView() {
  const withCreator = useCan()('EMAILS_READ');
  const again = useViewsAgain();
  const { mutateAsync, isPending } = useGqlMutation(ChangeViewDocument, { onSuccess: again });
  const change = async (input: UpdateSavedViewInput, said: string): Promise<void> => {
    // What went wrong is a toast by now.
    const result = await mutateAsync({ input, withCreator }).catch(() => null);
    if (result) toast.success(said);
  };
  return { change, isPending };
}
