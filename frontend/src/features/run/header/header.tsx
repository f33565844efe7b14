'use client';
import { AppLink, flowPath, runPath } from '@/components/app-link';
import { PageHeader } from '@/components/page';
import { ProtectedBadge } from '@/components/protected-badge';
import { StateBadge, StateDot } from '@/components/state';
import { Duration, RelativeTime } from '@/components/time';
import { Badge, Progress } from '@/components/ui/surfaces';
import { CopyButton } from '@/components/ui/copy-button';
import { Popover } from '@/components/ui/popover';
import type { RunDetailQueryVariables, RunState } from '@/gql/graphql';
import { useEnvironment } from '@/lib/environment';
import { isTerminal } from '@/lib/states';
import { startedBy } from '@/lib/started-by';
import { tagsOf } from '@/lib/tags';
import { inWords } from '@/lib/task-counts';
import { countsOfRun } from '../progress';
import { useRunPage } from '../run-context';
import { Actions } from './actions';
import { Routing } from './routing';

export function Header({ variables }: { variables: RunDetailQueryVariables }) {
  const { run } = useRunPage();
  return (
    <PageHeader
      title={
        <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="break-all">{run.slug}</span>
          <span data-no-print>
            <CopyButton text={run.slug} label="Copy name" />
          </span>
          <StateBadge state={run.state} />
          <Pace />
        </span>
      }
      about={<About />}
      actions={<Actions variables={variables} />}
    />
  );
}

/** How far, and for how long. */
function Pace() {
  const { run, model } = useRunPage();
  const counts = countsOfRun(run, model);
  const { total, left } = counts;
  return (
    <span className="inline-flex items-center gap-2 text-sm font-normal tracking-normal text-soft">
      {run.startedAt && <Duration ms={isTerminal(run.state) ? run.durationMs : null} start={run.startedAt} end={run.finishedAt} className="font-medium text-text" />}
      {total > 0 && (
        <>
          {!isTerminal(run.state) && <Progress value={total - left} max={total} label="Tasks that have ended" className="w-20" />}
          <span>{inWords(counts)}</span>
        </>
      )}
    </span>
  );
}

function About() {
  const { run } = useRunPage();
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {run.flow && (
        <AppLink href={`${flowPath(run.flow.name)}?version=${encodeURIComponent(run.flow.version)}`} className="link">
          {run.flow.name}
          <span className="text-soft">@{run.flow.version}</span>
        </AppLink>
      )}
      {run.deployment && run.deployment.name !== run.flow?.name && <span>{run.deployment.name}</span>}
      <span>{startedBy(run)}</span>
      <RelativeTime at={run.createdAt} />
      {run.environment && <Environment name={run.environment.name} />}
      {run.environment?.isProtected && <ProtectedBadge />}
      <Routing />
      {run.attempt > 1 && <span>Attempt {run.attempt}</span>}
      {run.retryOf && (
        <span className="inline-flex items-center gap-1">
          Retry of <RunLink slug={run.retryOf.slug} state={run.retryOf.state} />
        </span>
      )}
      <Retries />
      {tagsOf(run.tags).map(([name, value]) => (
        <Badge key={name}>
          {name}={value}
        </Badge>
      ))}
    </span>
  );
}

function Environment({ name }: { name: string }) {
  const [current, choose] = useEnvironment();
  if (current === name) return <span>{name}</span>;
  return (
    <button type="button" className="hover:underline" title={`Show only ${name}`} onClick={() => choose(name)}>
      {name}
    </button>
  );
}

function RunLink({ slug, state }: { slug: string; state: RunState }) {
  return (
    <AppLink href={runPath(slug)} className="link inline-flex items-center gap-1">
      <StateDot state={state} /> {slug}
    </AppLink>
  );
}

function Retries() {
  const { nodes } = useRunPage().run.retries;
  const [latest, ...earlier] = nodes;
  if (!latest) return null;
  return (
    <span className="inline-flex items-center gap-1">
      Retried as <RunLink slug={latest.slug} state={latest.state} />
      {earlier.length > 0 && (
        <Popover
          label="Earlier retries"
          trigger={
            <button type="button" className="link">
              and {earlier.length} more
            </button>
          }
        >
          <ul className="grid gap-1.5">
            {earlier.map((one) => (
              <li key={one.id}>
                <RunLink slug={one.slug} state={one.state} />
              </li>
            ))}
          </ul>
        </Popover>
      )}
    </span>
  );
}
