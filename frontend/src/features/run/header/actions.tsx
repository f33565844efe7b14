'use client';
/** What one may do with the run. What is not allowed, or not possible now, is not there. */
import { ChevronDown, Play, RotateCcw, Square } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { CopyMenu } from '@/components/copy-menu';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/dropdown-menu';
import { RunDialog } from '@/features/run-dialog';
import { CancelThisRunDocument, RunDetailDocument, type RunDetailQueryVariables } from '@/gql/graphql';
import { useAction } from '@/lib/actions';
import { useCan } from '@/lib/can';
import { useWhyNot } from '@/lib/protection';
import { isTerminal, stateLook } from '@/lib/states';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';
import { useRunPage } from '../run-context';
import { useRetry } from './use-retry';

const ConfirmDialog = lazy(() => import('@/components/confirm-dialog').then((module) => ({ default: module.ConfirmDialog })));

export function Actions({ variables }: { variables: RunDetailQueryVariables }) {
  const { run } = useRunPage();
  return (
    <>
      <Cancel />
      <Retry />
      <RunAgain />
      <CopyMenu operation={{ document: RunDetailDocument, variables }} cli={`dagy runs show ${run.slug}`} />
    </>
  );
}

function Cancel() {
  const { run } = useRunPage();
  const [asks, setAsks] = useState(false);
  const isPossible = useCan()('RUNS_WRITE') && (run.state === 'QUEUED' || run.state === 'RUNNING');
  const whyNot = useWhyNot()(run.environment, 'PROTECTED_RUNS_TRIGGER');
  useAction('Cancel this run', () => setAsks(true), { enabled: isPossible && !whyNot, keywords: 'stop' });
  const { mutate, isPending } = useGqlMutation(CancelThisRunDocument, {
    onSuccess: () => toast.success(run.state === 'QUEUED' ? 'Cancelled.' : 'Cancelling …'),
    onSettled: () => setAsks(false),
  });
  if (!isPossible) return null;
  return (
    <>
      <Button disabled={!!whyNot} title={whyNot} onClick={() => setAsks(true)}>
        <Square aria-hidden /> Cancel
      </Button>
      {asks && (
        <Suspense>
          <ConfirmDialog
            open
            onOpenChange={setAsks}
            danger
            title={`Cancel ${run.slug}?`}
            confirm="Cancel run"
            busy={isPending}
            onConfirm={() => mutate({ input: { id: run.id } })}
          >
            Running tasks are stopped. Finished tasks keep their results, and you can retry the run later.
          </ConfirmDialog>
        </Suspense>
      )}
    </>
  );
}

function Retry() {
  const { run } = useRunPage();
  const { retry, isPending, isAllowed, whyNot } = useRetry();
  const { isBad } = stateLook(run.state);
  const hasFailed = isBad || run.state === 'CANCELLED';
  useAction('Retry this run from the start', () => retry('FROM_START'), { enabled: isAllowed && !whyNot, keywords: 'again' });
  useAction('Retry this run from the failed tasks', () => retry('FROM_FAILED'), { enabled: isAllowed && hasFailed && !whyNot, keywords: 'again' });
  if (!isAllowed) return null;
  // The banner below offers the retry from what failed.
  if (!hasFailed || isBad) {
    return (
      <Button busy={isPending} disabled={!!whyNot} title={whyNot} onClick={() => retry('FROM_START')}>
        <RotateCcw aria-hidden /> Retry from start
      </Button>
    );
  }
  return (
    <Menu
      align="end"
      trigger={
        <Button busy={isPending} disabled={!!whyNot} title={whyNot}>
          <RotateCcw aria-hidden /> Retry <ChevronDown aria-hidden className="text-soft" />
        </Button>
      }
    >
      <MenuItem onSelect={() => retry('FROM_FAILED')}>From the unfinished tasks</MenuItem>
      <MenuItem onSelect={() => retry('FROM_START')}>From the start</MenuItem>
    </Menu>
  );
}

/** The same run with other values. */
function RunAgain() {
  const { run } = useRunPage();
  const [isOpen, setOpen] = useState(false);
  const can = useCan();
  const isPossible = can('RUNS_TRIGGER') && run.deployment != null && isTerminal(run.state);
  const whyNot = useWhyNot()(run.environment, 'PROTECTED_RUNS_TRIGGER');
  useAction('Run again with changes', () => setOpen(true), { enabled: isPossible && !whyNot, keywords: 'trigger parameters' });
  if (!isPossible || !run.deployment) return null;
  return (
    <>
      <Button disabled={!!whyNot} title={whyNot} onClick={() => setOpen(true)}>
        <Play aria-hidden /> Run with changes
      </Button>
      <RunDialog
        deploymentName={run.deployment.name}
        initialParameters={run.parameters as Record<string, unknown> | undefined}
        initialExecutor={run.routing.level === 'RUN' ? run.executor : undefined}
        open={isOpen}
        onOpenChange={setOpen}
      />
    </>
  );
}
