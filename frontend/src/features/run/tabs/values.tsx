'use client';
/** What the run was given, what it returned, and what each of its tasks did. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { ArrowDownToLine } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { EmptyState, ErrorState } from '@/components/notes';
import { StateGlyph } from '@/components/state';
import { JsonView } from '@/components/json-view';
import { Button } from '@/components/ui/button';
import { Card, CardHeader, SkeletonRows } from '@/components/ui/surfaces';
import { RunResultsDocument } from '@/gql/graphql';
import { asGqlError, gql } from '@/lib/gql';
import { isTerminal } from '@/lib/states';
import { useRunPage } from '../run-context';
import { Result } from '../result';

export default function Values() {
  const { run, model, select } = useRunPage();
  const query = useInfiniteQuery({
    // What a task returned is there once it has ended.
    queryKey: ['RunResults', run.slug, isTerminal(model.state)],
    queryFn: ({ pageParam, signal }) => gql(RunResultsDocument, { slug: run.slug, after: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ run: read }) => (read?.taskRuns.pageInfo.hasNextPage ? (read.taskRuns.pageInfo.endCursor ?? null) : null),
  });
  const pages = query.data?.pages ?? [];
  const tasks = pages.flatMap((page) => page.run?.taskRuns.nodes ?? []).filter(({ result }) => result !== null);
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <Part title="Parameters">
        <JsonView value={run.parameters ?? {}} />
      </Part>
      <Part title="Result">
        {query.error && <ErrorState error={asGqlError(query.error)} onRetry={() => void query.refetch()} />}
        {query.isPending && <SkeletonRows rows={2} />}
        {pages[0] && (pages[0].run?.result != null ? <Result value={pages[0].run.result} /> : <p className="text-soft">{nothing(model.state)}</p>)}
      </Part>
      <Part title="Results of the tasks" className="xl:col-span-2">
        {query.isPending && <SkeletonRows rows={4} />}
        {pages.length > 0 && tasks.length === 0 && <EmptyState title="No task results">Results are kept when a task succeeds.</EmptyState>}
        <ul className="grid gap-3">
          {tasks.map((task) => (
            <li key={task.id} className="grid gap-1">
              <button type="button" className="link inline-flex items-center gap-1.5 justify-self-start font-medium" onClick={() => select(task.key)}>
                <StateGlyph state={task.state} /> {task.key}
              </button>
              <Folded>
                <Result value={task.result} />
              </Folded>
            </li>
          ))}
        </ul>
        {query.hasNextPage && (
          <Button className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            <ArrowDownToLine aria-hidden /> More tasks
          </Button>
        )}
      </Part>
    </div>
  );
}

function nothing(state: Parameters<typeof isTerminal>[0]): string {
  if (!isTerminal(state)) return 'Available when the run has finished.';
  return state === 'SUCCEEDED' ? 'The flow returned nothing.' : 'No result: the run did not succeed.';
}

function Part({ title, className, children }: { title: string; className?: string; children: ReactNode }) {
  return (
    <Card className={className}>
      <CardHeader title={title} />
      <div className="p-4">{children}</div>
    </Card>
  );
}

/** A tall result is cut off until one wants to see it all. */
function Folded({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div>
      <div className={isOpen ? undefined : 'max-h-40 overflow-y-auto'}>{children}</div>
      {!isOpen && (
        <button type="button" className="link text-xs" onClick={() => setOpen(true)}>
          Show all
        </button>
      )}
    </div>
  );
}
