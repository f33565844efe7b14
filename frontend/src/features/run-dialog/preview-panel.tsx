'use client';
/** What would come of it: whether it starts, on which engine and why, for how long and how much. */
import { Check, CircleAlert, Clock, Minus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Spinner } from '@/components/ui/spinner';
import { Skeleton } from '@/components/ui/surfaces';
import type { RunPreviewQuery } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { duration, plural, sentence } from '@/lib/format';
import { money } from './money';
import { plain, ROOT, type Problem } from './problems';
import type { RunForm } from './use-run-form';

type Preview = RunPreviewQuery['previewRun'];

export function PreviewPanel({ form }: { form: RunForm }) {
  const { preview, problems, refusal } = form;
  const found = preview.data?.previewRun;
  return (
    <aside aria-label="What would happen" aria-busy={!preview.isCurrent} className="grid content-start gap-3 rounded-lg border border-line bg-page p-3 md:sticky md:top-0 md:self-start">
      <Verdict problems={problems} isChecking={!preview.isCurrent && !preview.error} isUnchecked={preview.error !== null} isStrict={form.isStrict} />
      {found?.waiting && <Line icon={<Clock aria-hidden className="text-warn" />}>{found.waiting.message}</Line>}
      {preview.error && <p className="text-xs text-soft">It could not be checked by the server: {preview.error.message}</p>}
      {found ? <Facts preview={found} /> : !preview.error && <Skeleton className="h-28" />}
      {refusal && (
        <div role="alert" className="rounded-md border border-bad-line bg-bad-soft px-3 py-2 text-bad">
          <p className="break-words">{refusal.message}</p>
          {refusal.requestId && <code className="font-mono text-2xs">request {refusal.requestId}</code>}
        </div>
      )}
    </aside>
  );
}

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className="flex items-start gap-2 [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0">
      {icon}
      <div className="min-w-0 break-words">{children}</div>
    </div>
  );
}

function Verdict({ problems, isChecking, isUnchecked, isStrict }: { problems: readonly Problem[]; isChecking: boolean; isUnchecked: boolean; isStrict: boolean }) {
  if (problems.length === 0) {
    const icon = isChecking ? <Spinner className="text-soft" /> : isUnchecked ? <Minus aria-hidden className="text-soft" /> : <Check aria-hidden className="text-good" />;
    return (
      <div role="status" className="font-medium">
        <Line icon={icon}>{isChecking ? 'Checking …' : isUnchecked ? 'Checked once it starts' : 'Ready to start'}</Line>
      </div>
    );
  }
  return (
    <div role="status">
      <Line icon={<CircleAlert aria-hidden className={isStrict ? 'text-bad' : 'text-warn'} />}>
        <span className="font-medium">{plural(problems.length, 'thing')} to mend first</span>
        <ul className="mt-1 grid gap-1 text-xs text-soft">
          {problems.map(({ path, message }) => (
            <li key={path} className="break-words">
              {path.startsWith(`${ROOT}.`) && <code className="font-mono text-text">{path.slice(ROOT.length + 1)}: </code>}
              {plain(message)}
            </li>
          ))}
        </ul>
      </Line>
    </div>
  );
}

function Facts({ preview }: { preview: Preview }) {
  const { expectedDurationMs, costMicrodollars, routing, routingProblem } = preview;
  const cost = costMicrodollars === null || costMicrodollars === undefined ? 'not known' : costMicrodollars === 0 ? 'none: your own machine' : money(costMicrodollars);
  return (
    <dl className="grid gap-3 border-t border-line pt-3">
      <Fact name="Engine">
        {routing ? (
          <>
            <span className="font-medium">{sentence(routing.executor)}</span> <span className="text-soft">{`${routing.level.toLowerCase().replaceAll('_', ' ')}: ${routing.reason}`}</span>
          </>
        ) : (
          <span className="text-bad">{routingProblem}</span>
        )}
        <Considered engines={preview.considered} />
      </Fact>
      <Fact name="It should take">{expectedDurationMs == null ? <span className="text-soft">no run has succeeded yet</span> : `about ${duration(expectedDurationMs)}`}</Fact>
      <Fact name="Cost">{cost}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-soft">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}

function Considered({ engines }: { engines: Preview['considered'] }) {
  return (
    <details className="mt-1">
      <summary className="cursor-pointer text-xs text-soft hover:text-text">All engines considered</summary>
      <ul className="mt-1 grid gap-1 text-xs">
        {engines.map(({ executor, isChosen, isConfigured, reason }) => (
          <li key={executor} className={cn('flex items-start gap-1.5', !isConfigured && 'text-soft')}>
            {isChosen ? <Check aria-label="chosen" className="mt-0.5 size-3.5 shrink-0 text-good" /> : <Minus aria-label="not chosen" className="mt-0.5 size-3.5 shrink-0 text-soft" />}
            <span>
              {sentence(executor)}: {reason}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
