'use client';
/** The state of the run, and what can be done about it. */
import { Ban, RotateCcw, RotateCw } from 'lucide-react';
import { useQueryClient } from '@tanstack/react-query';
import { runPath } from '@/components/app-link';
import { StateBadge } from '@/components/state';
import { Button } from '@/components/ui/button';
import { PeekCancelDocument, PeekRetryDocument, RunPeekDocument, type RetryMode, type RunPeekQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useNavigation } from '@/lib/navigation';
import { useWhyNot } from '@/lib/protection';
import { isTerminal, stateLook } from '@/lib/states';
import { toast } from '@/lib/toast';
import { queryKey, useGqlMutation } from '@/lib/use-gql';

type Run = NonNullable<RunPeekQuery['run']>;

export function PeekActions({ run: { slug, state, stateReason, error, environment: place } }: { run: Run }) {
  const canWrite = useCan()('RUNS_WRITE');
  const whyNot = useWhyNot()(place, 'PROTECTED_RUNS_TRIGGER');
  const client = useQueryClient();
  const { navigate } = useNavigation();
  const cancel = useGqlMutation(PeekCancelDocument, {
    onSuccess: () => void client.invalidateQueries({ queryKey: queryKey(RunPeekDocument) }),
  });
  const retry = useGqlMutation(PeekRetryDocument, {
    onSuccess: ({ retryRun: { run } }) => {
      const open = () => navigate(runPath(run.slug));
      toast.success(`Started ${run.slug}.`, { action: { label: 'Open', onClick: open } });
    },
  });
  const again = (mode: RetryMode) => retry.mutate({ slug, mode });
  const isOver = isTerminal(state);
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      <StateBadge state={state} />
      {stateReason && (!error || state === 'CANCELLED') && <span className="min-w-0 text-soft">{stateReason.message}</span>}
      <span className="flex-1" />
      {canWrite && !isOver && state !== 'CANCELLING' && (
        <Button size="sm" busy={cancel.isPending} disabled={!!whyNot} title={whyNot} onClick={() => cancel.mutate({ slug })}>
          <Ban aria-hidden className="size-3.5!" /> Cancel
        </Button>
      )}
      {canWrite && (stateLook(state).isBad || state === 'CANCELLED') && (
        <Button size="sm" busy={retry.isPending} disabled={!!whyNot} title={whyNot} onClick={() => again('FROM_FAILED')}>
          <RotateCw aria-hidden className="size-3.5!" /> Retry from failed
        </Button>
      )}
      {canWrite && isOver && (
        <Button size="sm" busy={retry.isPending} disabled={!!whyNot} title={whyNot} onClick={() => again('FROM_START')}>
          <RotateCcw aria-hidden className="size-3.5!" /> Retry from start
        </Button>
      )}
    </div>
  );
}
