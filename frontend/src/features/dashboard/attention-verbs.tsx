'use client';
import { useQueryClient } from '@tanstack/react-query';
import { RotateCcw } from 'lucide-react';
import { DashboardDocument, DashboardRetryDocument } from '@/gql/graphql';
import { AppLink, runPath } from '@/components/app-link';
import { Button, buttonStyle } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { useCan } from '@/lib/can';
import { useNavigation } from '@/lib/navigation';
import { useWhyNot } from '@/lib/protection';
import { runsPath } from '@/lib/runs-path';
import { toast } from '@/lib/toast';
import { queryKey, useGqlMutation } from '@/lib/use-gql';
import type { AttentionItem } from './attention';

const WORKER = 'dagy worker';

/** What helps depends on what is wrong; what the viewer may not do is not offered. */
export function AttentionVerbs({ item: { kind, run, count } }: { item: AttentionItem }) {
  switch (kind) {
    case 'LATEST_RUN_FAILED':
    case 'RUN_CRASHED':
      return run && <Broken run={run} />;
    case 'SLA_RISK':
      return run && <OpenRun slug={run.slug} />;
    case 'LONG_WAIT':
      return count > 1 || !run ? <QueuedRuns /> : <OpenRun slug={run.slug} />;
    case 'WORKER_MISSING':
      return (
        <>
          <code className="font-mono text-xs">{WORKER}</code>
          <CopyButton text={WORKER} label="Copy the command" />
          <QueuedRuns />
        </>
      );
    case 'COMPONENT_UNHEALTHY':
      return null;
  }
}

function Broken({ run }: { run: NonNullable<AttentionItem['run']> }) {
  const can = useCan();
  return (
    <>
      {can('RUNS_WRITE') && <RetryButton {...run} />}
      <OpenRun slug={run.slug} />
    </>
  );
}

function RetryButton({ id, slug, environment: place }: NonNullable<AttentionItem['run']>) {
  const whyNot = useWhyNot()(place, 'PROTECTED_RUNS_TRIGGER');
  const client = useQueryClient();
  const { navigate } = useNavigation();
  const retry = useGqlMutation(DashboardRetryDocument, {
    onSuccess: ({ retryRun: { run } }) => {
      const open = () => navigate(runPath(run.slug));
      toast.success(`Retrying ${slug} as ${run.slug}.`, { action: { label: 'Open', onClick: open } });
      return client.invalidateQueries({ queryKey: queryKey(DashboardDocument) });
    },
  });
  return (
    <Button
      size="sm"
      busy={retry.isPending || retry.isSuccess}
      disabled={!!whyNot}
      title={whyNot}
      aria-label={`Retry ${slug} from failed`}
      onClick={() => retry.mutate({ input: { id, mode: 'FROM_FAILED' } })}
    >
      {!retry.isPending && <RotateCcw aria-hidden />} Retry from failed
    </Button>
  );
}

function OpenRun({ slug }: { slug: string }) {
  return (
    <AppLink href={runPath(slug)} aria-label={`Open ${slug}`} className={buttonStyle({ size: 'sm' })}>
      Open
    </AppLink>
  );
}

function QueuedRuns() {
  return (
    <AppLink href={runsPath({ state: ['QUEUED'] })} className={buttonStyle({ size: 'sm' })}>
      Queued runs
    </AppLink>
  );
}
