'use client';
/** The rows that are in view, of however many there are. */
import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { useNarrow } from '@/lib/use-narrow';
import type { RunRow } from '../live-rows';
import type { Density } from '../use-look';
import { leastWidth, tracks, type Column } from './columns';
import { Head, HEAD_PX } from './head';
import { Row, rowId, type RowActions } from './row';
import { recallOffset, rememberOffset } from './offsets';
import { useWindow } from './use-window';
import { revealing } from './window';

const ROW_PX: Record<Density, number> = { compact: 33, roomy: 44 };
const CARD_PX = 62;
const CHECK_PX = 40;
const AHEAD = 30;

export interface GridHandle {
  reveal: (index: number) => void;
  toTop: () => void;
  focus: () => void;
}

interface GridProps {
  /** What the scroll place is kept by. */
  identity: string;
  rows: readonly RunRow[];
  columns: readonly Column[];
  density: Density;
  sort: 'desc' | 'asc';
  onSort: (sort: 'desc' | 'asc') => void;
  current: string | null;
  peeked: string | null;
  /** Null where nothing can be done with a choice. */
  chosen: ReadonlySet<string> | null;
  onChooseAll: (all: boolean) => void;
  actions: RowActions;
  /** In all, as far as it is known. */
  total: number | null;
  hasMore: boolean;
  isLoadingMore: boolean;
  onMore: () => void;
  handle: { current: GridHandle | null };
  /** Told when the first row comes into view or leaves it. */
  onTop: (isAtTop: boolean) => void;
  foot: ReactNode;
}

export function Grid(props: GridProps) {
  const { rows, columns, chosen, hasMore, isLoadingMore, onMore, current, actions, identity } = props;
  const isCard = useNarrow();
  const height = isCard ? CARD_PX : ROW_PX[props.density];
  const scroller = useRef<HTMLDivElement>(null);
  const head = isCard ? 0 : HEAD_PX;
  useScrolledBack(scroller, identity);
  const [{ first, end }, look] = useWindow(scroller, rows.length, height);
  useEffect(() => {
    props.handle.current = {
      reveal: (index) => {
        const element = scroller.current;
        const top = element && revealing(index, height, head, element.scrollTop, element.clientHeight);
        if (top !== null) element?.scrollTo({ top });
      },
      toTop: () => scroller.current?.scrollTo({ top: 0 }),
      focus: () => scroller.current?.focus({ preventScroll: true }),
    };
  });
  const wantsMore = hasMore && !isLoadingMore && end >= rows.length - AHEAD;
  useEffect(() => {
    if (wantsMore) onMore();
  }, [wantsMore, onMore]);
  const shown = rows.slice(first, end);
  const template = [chosen && `${CHECK_PX}px`, isCard ? 'minmax(0, 1fr)' : tracks(columns)].filter(Boolean).join(' ');
  const minWidth = isCard ? 0 : leastWidth(columns) + (chosen ? CHECK_PX : 0);
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Runs"
      aria-rowcount={props.total === null ? -1 : props.total + 1}
      aria-multiselectable={chosen ? true : undefined}
      aria-activedescendant={current && shown.some(({ id }) => id === current) ? rowId(current) : undefined}
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        rememberOffset(identity, currentTarget.scrollTop);
        props.onTop(currentTarget.scrollTop < height);
        look();
      }}
      className={cn(
        'relative min-h-0 flex-1 overflow-auto rounded-lg border border-line bg-surface -outline-offset-2',
        // The row that the keys mean shows where one is.
        current && 'outline-none!',
      )}
    >
      <div style={{ minWidth }}>
        {!isCard && (
          <Head
            columns={columns}
            template={template}
            sort={props.sort}
            onSort={props.onSort}
            chosen={chosen && (chosen.size === 0 ? 'none' : chosen.size >= rows.length ? 'all' : 'some')}
            onChooseAll={props.onChooseAll}
          />
        )}
        <div role="rowgroup" style={{ height: rows.length * height, position: 'relative' }}>
          {shown.map((run, at) => (
            <Row
              key={run.id}
              run={run}
              index={first + at}
              height={height}
              columns={columns}
              template={template}
              isCard={isCard}
              isCurrent={run.id === current}
              isChosen={chosen && chosen.has(run.id)}
              isPeeked={run.slug === props.peeked}
              actions={actions}
            />
          ))}
        </div>
        {props.foot}
      </div>
    </div>
  );
}

/** One who comes back finds the place again. */
function useScrolledBack(scroller: { current: HTMLElement | null }, identity: string): void {
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = recallOffset(identity);
  }, [scroller, identity]);
}
