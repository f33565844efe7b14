'use client';
/** The rows that are in view, of however many there are. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, type ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { count } from '@/lib/format';
import { useNarrow } from '@/lib/use-narrow';
import type { RunRow } from '../live-rows';
import type { Density } from '../use-look';
import { leastWidth, tracks, type Column } from './columns';
import { Head, HEAD_PX } from './head';
import { Row, rowId, type RowActions } from './row';
import { recallOffset, rememberOffset } from './offsets';

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
  foot: ReactNode;
}

export function Grid(props: GridProps) {
  const { rows, columns, chosen, hasMore, isLoadingMore, onMore, current, actions, identity } = props;
  const isCard = useNarrow();
  const height = isCard ? CARD_PX : ROW_PX[props.density];
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    scrollMargin: isCard ? 0 : HEAD_PX,
    scrollPaddingStart: HEAD_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    initialOffset: () => recallOffset(identity),
    initialRect: { width: 0, height: 600 },
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  useEffect(() => {
    props.handle.current = {
      reveal: (index) => virtual.scrollToIndex(index, { align: 'auto' }),
      toTop: () => scroller.current?.scrollTo({ top: 0 }),
      focus: () => scroller.current?.focus({ preventScroll: true }),
    };
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const wantsMore = hasMore && !isLoadingMore && last >= rows.length - AHEAD;
  useEffect(() => {
    if (wantsMore) onMore();
  }, [wantsMore, onMore]);
  const template = [chosen && `${CHECK_PX}px`, isCard ? 'minmax(0, 1fr)' : tracks(columns)].filter(Boolean).join(' ');
  const shown = isCard ? { minWidth: 0 } : { minWidth: leastWidth(columns) + (chosen ? CHECK_PX : 0) };
  return (
    <div
      ref={scroller}
      role="grid"
      aria-label="Runs"
      aria-rowcount={props.total === null ? -1 : props.total + 1}
      aria-multiselectable={chosen ? true : undefined}
      aria-activedescendant={current && items.some(({ key }) => key === current) ? rowId(current) : undefined}
      tabIndex={0}
      onScroll={({ currentTarget }) => rememberOffset(identity, currentTarget.scrollTop)}
      className={cn(
        'relative min-h-0 flex-1 overflow-auto rounded-lg border border-line bg-surface -outline-offset-2',
        // The row that the keys mean shows where one is.
        current && 'outline-none!',
      )}
    >
      <div style={shown}>
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
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index, start }) => {
            const run = rows[index];
            return run ? (
              <Row
                key={run.id}
                run={run}
                index={index}
                top={start - virtual.options.scrollMargin}
                height={height}
                columns={columns}
                template={template}
                isCard={isCard}
                isCurrent={run.id === current}
                isChosen={chosen && chosen.has(run.id)}
                isPeeked={run.slug === props.peeked}
                actions={actions}
              />
            ) : null;
          })}
        </div>
        {props.foot}
      </div>
    </div>
  );
}

export function GridFoot({ hasMore, rows }: { hasMore: boolean; rows: number }) {
  return (
    <p className="sticky left-0 w-fit px-3 py-2 text-xs text-soft" role="status">
      {hasMore ? 'Loading more …' : rows > 50 ? `All ${count(rows)} runs.` : ''}
    </p>
  );
}
