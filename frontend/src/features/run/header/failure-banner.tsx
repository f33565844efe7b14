'use client';
/** What went wrong, before everything else: the error, its task, the last lines that it wrote. */
import { ChevronRight, CircleAlert, RotateCcw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { cn } from '@/lib/cn';
import { stateLook } from '@/lib/states';
import { LastLines } from '../logs/last-lines';
import { failedKeys } from '../progress';
import { useRunPage } from '../run-context';
import { useRetry } from './use-retry';

/** `isBrief`: the error alone, where the rest of the page is about something else. */
export function FailureBanner({ isBrief }: { isBrief: boolean }) {
  const { run, model, select } = useRunPage();
  const { retry, isPending, isAllowed, whyNot } = useRetry();
  if (!stateLook(run.state).isBad) return null;
  const { error } = run;
  const message = error?.message ?? run.stateReason?.message ?? `The run ended as ${stateLook(run.state).label.toLowerCase()}.`;
  const taskKey = error?.taskKey ?? failedKeys(model)[0];
  const others = failedKeys(model).filter((key) => key !== taskKey).length;
  return (
    <section aria-label="What went wrong" className="overflow-hidden rounded-lg border border-bad-line bg-bad-soft">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />
        <div className="min-w-0 flex-1 basis-72">
          <p role="alert" className={cn('font-medium break-words whitespace-pre-wrap text-bad', isBrief && 'line-clamp-2')}>
            {error?.type && <span className="font-mono">{error.type}: </span>}
            {message}
          </p>
          <p className="mt-0.5 flex flex-wrap gap-x-3 text-text">
            {taskKey && (
              <span>
                Task{' '}
                <button type="button" className="link font-medium" onClick={() => select(taskKey)}>
                  {taskKey}
                </button>
                {others > 0 && ` and ${others} more failed`}
              </span>
            )}
            {error?.where && <code className="font-mono text-xs leading-5">{error.where}</code>}
          </p>
          {error?.hint && <p className="mt-1">{error.hint}</p>}
        </div>
        {isAllowed && (
          <Button variant="primary" busy={isPending} disabled={!!whyNot} title={whyNot} onClick={() => retry('FROM_FAILED')} data-no-print>
            <RotateCcw aria-hidden /> Retry from failed
          </Button>
        )}
      </div>
      {!isBrief && error?.traceback && (
        <Fold title="Traceback" copy={error.traceback}>
          <pre tabIndex={0} className="max-h-80 overflow-auto px-4 pb-3 font-mono text-xs leading-5">
            {error.traceback.trimEnd()}
          </pre>
        </Fold>
      )}
      {!isBrief && <LastLines taskKey={taskKey ?? null} />}
    </section>
  );
}

interface FoldProps {
  title: ReactNode;
  copy?: string;
  startsOpen?: boolean;
  children: ReactNode;
}

export function Fold({ title, copy, startsOpen = false, children }: FoldProps) {
  const [isOpen, setOpen] = useState(startsOpen);
  return (
    <div className="border-t border-bad-line">
      <div className="flex items-center justify-between pr-2 pl-3">
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="flex h-8 flex-1 items-center gap-1.5 text-left font-medium">
          <ChevronRight aria-hidden className={cn('size-4 text-soft transition-transform', isOpen && 'rotate-90')} />
          {title}
        </button>
        {copy && isOpen && <CopyButton text={copy} label="Copy" />}
      </div>
      {isOpen && children}
    </div>
  );
}
