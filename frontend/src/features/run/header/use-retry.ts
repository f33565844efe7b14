'use client';
/** Retrying makes a new run; the page goes there. */
import { useQueryClient } from '@tanstack/react-query';
import { runPath } from '@/components/app-link';
import { RetryThisRunDocument, RunDetailDocument, type RetryMode } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useNavigation } from '@/lib/navigation';
import { useWhyNot } from '@/lib/protection';
import { isTerminal } from '@/lib/states';
import { toast } from '@/lib/toast';
import { queryKey, useGqlMutation } from '@/lib/use-gql';
import { useRunPage } from '../run-context';

export function useRetry() {
  const { run } = useRunPage();
  const { navigate } = useNavigation();
  const client = useQueryClient();
  const isAllowed = useCan()('RUNS_WRITE') && isTerminal(run.state);
  const whyNot = useWhyNot()(run.environment, 'PROTECTED_RUNS_TRIGGER');
  const { mutate, isPending } = useGqlMutation(RetryThisRunDocument, {
    onSuccess: ({ retryRun }) => {
      toast.success(`Retried as ${retryRun.run.slug}.`);
      // Who comes back to this run sees what it was retried as.
      void client.invalidateQueries({ queryKey: queryKey(RunDetailDocument) });
      navigate(runPath(retryRun.run.slug));
    },
  });
  const retry = (mode: RetryMode, taskKey?: string) => mutate({ input: { id: run.id, mode, taskKey } });
  return { retry, isPending, isAllowed, whyNot };
}
