'use client';
/** A run beside the list, while the list stays in reach: what went wrong first. */
import { ArrowUpRight, X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { AppLink, runPath } from '@/components/app-link';
import { JsonView } from '@/components/json-view';
import { EmptyState } from '@/components/notes';
import { Loaded } from '@/components/page';
import { buttonStyle } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { IconButton } from '@/components/ui/icon-button';
import { RunPeekDocument, type RunPeekQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useGql } from '@/lib/use-gql';
import { useShortcut } from '@/lib/shortcuts';
import { useReadable } from '../use-run-list';
import { PeekActions } from './actions';
import { PeekError } from './error';
import { PeekFacts } from './facts';
import { PeekLog } from './log';
import { PeekTasks } from './tasks';
import { usePeekLive } from './use-peek-live';

export default function PeekPanel({ slug, onClose }: { slug: string; onClose: () => void }) {
  const panel = useRef<HTMLElement>(null);
  const query = useGql(RunPeekDocument, { slug, ...useReadable(), withTasks: true, withPayloads: useCan()('PAYLOADS_READ') });
  usePeekLive(query);
  useShortcut('Escape', 'Close the panel', onClose);
  useEffect(() => {
    // On a phone it covers the list, so there the keyboard and screen readers go with it.
    if (window.matchMedia('(max-width: 639px)').matches) panel.current?.focus();
  }, []);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={`Run ${slug}`}
      className="fixed inset-0 z-40 flex animate-slide flex-col border-line bg-raised shadow-pop outline-none sm:absolute sm:inset-y-0 sm:right-0 sm:left-auto sm:z-30 sm:w-[min(460px,60%)] sm:rounded-lg sm:border"
    >
      <header className="flex items-center gap-1 border-b border-line py-2 pr-2 pl-4">
        <h2 className="min-w-0 truncate text-base font-semibold">{slug}</h2>
        <CopyButton text={slug} label="Copy name" />
        <span className="flex-1" />
        <AppLink href={runPath(slug)} className={buttonStyle({ size: 'sm' })}>
          Open <ArrowUpRight aria-hidden className="size-3.5!" />
        </AppLink>
        <IconButton size="sm" label="Close (Escape)" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-4">
        <Loaded query={query} missing={<EmptyState title="Run not found" />}>
          {({ run }) => (run ? <Peeked key={run.id} run={run} /> : <EmptyState title="Run not found" />)}
        </Loaded>
      </div>
    </aside>
  );
}

function Peeked({ run }: { run: NonNullable<RunPeekQuery['run']> }) {
  const can = useCan();
  const parameters = run.parameters as Record<string, unknown> | undefined;
  return (
    <>
      <PeekActions run={run} />
      {run.error && run.state !== 'CANCELLED' && <PeekError error={run.error} />}
      {run.waiting && <p className="mt-3 rounded-md bg-warn-soft px-3 py-2 text-warn">{run.waiting.message}</p>}
      <PeekFacts run={run} />
      <Section title="Tasks">
        <PeekTasks run={run} />
      </Section>
      {can('PAYLOADS_READ') && (
        <Section title="Log">
          <PeekLog runId={run.id} slug={run.slug} />
        </Section>
      )}
      {parameters && Object.keys(parameters).length > 0 && (
        <Section title="Parameters">
          <JsonView value={parameters} />
        </Section>
      )}
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-4">
      <h3 className="mb-1.5 text-xs font-medium text-soft">{title}</h3>
      {children}
    </section>
  );
}
