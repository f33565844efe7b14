'use client';
/** One run: how it is, what went wrong, its tasks, log, values and history. */
import { useEffect } from 'react';
import { EmptyState } from '@/components/notes';
import { Loaded, Page } from '@/components/page';
import { Skeleton, SkeletonRows } from '@/components/ui/surfaces';
import { useCan } from '@/lib/can';
import { useRouteParam } from '@/lib/route-param';
import { isTerminal } from '@/lib/states';
import { useRun } from './live/use-run';
import { useLog } from './logs/use-log';
import { RunContext } from './run-context';
import { loadAhead, RunView } from './run-view';
import { stateMark, useStateFavicon } from './tab-mark';
import { usePlan } from './use-plan';
import { useSelectedTask, useTab } from './url';

export function RunPage() {
  const slug = useRouteParam();
  const canRead = useCan()('RUNS_READ');
  return canRead ? <Detail slug={slug} key={slug} /> : <Page title={slug} requires="RUNS_READ">{null}</Page>;
}

function Detail({ slug }: { slug: string }) {
  const [tab, openTab] = useTab();
  const [selected, select] = useSelectedTask();
  const { query, variables, run, model: told } = useRun(slug, selected);
  const model = usePlan(slug, told, run);
  const log = useLog(run?.id, tab === 'overview' || tab === 'logs' || selected !== null || run?.error != null);
  const state = run ? model.state : undefined;
  useStateFavicon(state);
  useEffect(() => loadAhead(tab), [tab]);
  return (
    <Page title={state ? `${stateMark(state)} ${slug}` : slug} className="min-h-full max-w-none!">
      <Loaded query={query} missing={<Missing slug={slug} />} skeleton={<Bones />}>
        {(data) =>
          data.run && (
            <RunContext
              value={{
                run: { ...data.run, state: model.state, finishedAt: isTerminal(model.state) ? data.run.finishedAt : null },
                model,
                log,
                selected,
                select: (key) => void select(key),
                openTab: (next) => void openTab(next),
              }}
            >
              <RunView tab={tab} onTab={(next) => void openTab(next)} variables={variables} />
            </RunContext>
          )
        }
      </Loaded>
    </Page>
  );
}

function Bones() {
  return (
    <>
      <div className="grid gap-2">
        <Skeleton className="h-7 w-72 max-w-full" />
        <Skeleton className="h-4 w-96 max-w-full" />
      </div>
      <SkeletonRows rows={6} />
    </>
  );
}

function Missing({ slug }: { slug: string }) {
  return (
    <EmptyState title={`Run ${slug} not found`} snippet="dagy runs list">
      It may have been removed by retention, or belong to another organization.
    </EmptyState>
  );
}
