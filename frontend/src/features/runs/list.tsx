'use client';
/** The table with everything around it that acts on its rows. */
import { lazy, Suspense, useEffect, useEffectEvent, useMemo, useRef, useState, type MouseEvent } from 'react';
import { useCan } from '@/lib/can';
import { cn } from '@/lib/cn';
import { GridFoot } from './grid/foot';
import { Grid, type GridHandle } from './grid/grid';
import { shownColumns, type Column } from './grid/columns';
import type { RowActions } from './grid/row';
import type { RunRow } from './live-rows';
import { NewPill } from './new-pill';
import { allOf, extended, isEmpty, NONE_SELECTED, toggled } from './selection';
import { useListKeys } from './use-list-keys';
import type { Look } from './use-look';
import { usePeek } from './use-peek';
import type { RunList } from './use-run-list';
import type { ViewState } from './use-run-view';
import { useSelection } from './use-selection';
import type { Totals } from './use-totals';

const BulkBar = lazy(() => import('./bulk/bar'));
const PeekPanel = lazy(() => import('./peek/panel'));

interface ListProps {
  list: RunList;
  state: ViewState;
  totals: Totals;
  columns: readonly Column[];
  look: Look;
}

export function List({ list, state, totals, columns, look }: ListProps) {
  const { rows, query, newCount, variables } = list;
  const { view, change } = state;
  const canWrite = useCan()('RUNS_WRITE');
  const identity = JSON.stringify(variables);
  const [selection, select] = useSelection(identity);
  const [peeked, peek] = usePeek();
  const handle = useRef<GridHandle>(null);
  const order = useMemo(() => rows.map(({ id }) => id), [rows]);
  const choose = (run: RunRow, isRange: boolean) =>
    select(isRange ? extended(selection, order, run.id) : toggled(selection, run.id));
  const { current, setCurrent } = useListKeys({ rows, handle, peeked, onPeek: peek, onChoose: canWrite ? choose : null });
  const actions = useSteady<RowActions>({
    press: (run, event) => {
      if (isElsewhere(event)) return;
      setCurrent(run.id);
      if (canWrite && (event.shiftKey || event.metaKey || event.ctrlKey)) return choose(run, event.shiftKey);
      peek(peeked === run.slug ? null : run.slug);
    },
    choose: (run, isRange) => {
      setCurrent(run.id);
      choose(run, isRange);
    },
    tag: (tag) => change({ tag: [...new Set([...view.tag, tag])] }),
  });
  const shown = useMemo(() => shownColumns(columns, look.columns), [columns, look.columns]);
  const [isAtTop, setAtTop] = useState(true);
  const isAtRest = isEmpty(selection) && peeked === null;
  const isFollowing = isAtTop && isAtRest && view.sort === 'desc';
  useFollowed(isFollowing ? newCount : 0, list.showNew);
  const more = useSteady({ fetch: () => void query.fetchNextPage() });
  const hasMore = query.hasNextPage && !query.isPlaceholderData;
  return (
    <div className={cn('relative flex min-h-72 flex-1 flex-col', query.isPlaceholderData && 'opacity-60 transition-opacity delay-200')}>
      <NewPill
        count={rows.length > 0 && !isFollowing ? newCount : 0}
        onShow={() => list.showNew().then(() => handle.current?.toTop())}
      />
      <Grid
        key={identity}
        identity={identity}
        rows={rows}
        columns={shown}
        density={look.density}
        sort={view.sort}
        onSort={(sort) => change({ sort })}
        current={current}
        peeked={peeked}
        chosen={canWrite ? selection.ids : null}
        onChooseAll={(all) => select(all ? allOf(order) : NONE_SELECTED)}
        actions={actions}
        total={totals.isCapped ? null : totals.total}
        // After a failure one asks again by hand: the list would else ask without end.
        hasMore={hasMore && !query.isFetchNextPageError}
        isLoadingMore={query.isFetching}
        onMore={more.fetch}
        handle={handle}
        onTop={setAtTop}
        foot={<GridFoot hasMore={hasMore} rows={rows.length} problem={query.isFetchNextPageError ? query.error : null} onRetry={more.fetch} />}
      />
      <Suspense>
        {canWrite && !isEmpty(selection) && (
          <BulkBar list={list} state={state} totals={totals} selection={selection} onSelect={select} />
        )}
        {peeked !== null && <PeekPanel slug={peeked} onClose={() => peek(null)} />}
      </Suspense>
    </div>
  );
}

/** So often at most the list takes in what is new by itself. */
const FOLLOW_MS = 1_000;

/** At the top of a list in which nothing is chosen new runs come in at once: nobody loses their place. */
function useFollowed(newCount: number, show: () => Promise<void>): void {
  const isDue = newCount > 0;
  const take = useEffectEvent(() => {
    if (!document.hidden) void show().catch(() => undefined);
  });
  useEffect(() => {
    if (!isDue) return;
    const timer = setInterval(() => take(), FOLLOW_MS);
    const first = setTimeout(() => take(), 0);
    return () => {
      clearInterval(timer);
      clearTimeout(first);
    };
  }, [isDue]);
}

/** A click on something within the row, or the end of marking text. */
function isElsewhere({ target }: MouseEvent): boolean {
  if (target instanceof Element && target.closest('a, button, input')) return true;
  return window.getSelection()?.type === 'Range';
}

/** An object whose functions are always the latest while it stays the same: rows need not be drawn again. */
function useSteady<Functions extends object>(functions: Functions): Functions {
  const latest = useRef(functions);
  useEffect(() => {
    latest.current = functions;
  });
  return useMemo(() => {
    const names = Object.keys(latest.current) as (keyof Functions)[];
    const call = (name: keyof Functions) => (...given: unknown[]) =>
      (latest.current[name] as (...args: unknown[]) => unknown)(...given);
    return Object.fromEntries(names.map((name) => [name, call(name)])) as Functions;
  }, []);
}
