'use client';
/** One run. It is drawn again only when its own run, choice or place changes. */
import { memo, type CSSProperties, type MouseEvent } from 'react';
import { Checkbox } from '@/components/ui/checkbox';
import { cn } from '@/lib/cn';
import type { RunRow } from '../live-rows';
import { CardCells } from './card';
import type { Column } from './columns';

export interface RowActions {
  /** The row itself, not something in it. */
  press: (run: RunRow, event: MouseEvent) => void;
  choose: (run: RunRow, isRange: boolean) => void;
  tag: (tag: string) => void;
}

export interface RowProps {
  run: RunRow;
  index: number;
  height: number;
  columns: readonly Column[];
  template: string;
  isCard: boolean;
  isCurrent: boolean;
  /** Null where nothing can be done with a choice. */
  isChosen: boolean | null;
  isPeeked: boolean;
  actions: RowActions;
}

export const rowId = (id: string): string => `run-${id}`;

export const Row = memo(function Row({ run, index, height, columns, template, isCard, isCurrent, isChosen, isPeeked, actions }: RowProps) {
  const style: CSSProperties = { height, transform: `translateY(${index * height}px)`, gridTemplateColumns: template };
  return (
    <div
      id={rowId(run.id)}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen ?? undefined}
      style={style}
      onClick={(event) => actions.press(run, event)}
      className={cn(
        'absolute inset-x-0 top-0 grid cursor-default items-center border-b border-line',
        isChosen ? 'bg-accent-soft' : isPeeked || isCurrent ? 'bg-hover' : 'hover:bg-hover/60',
        isCurrent && 'shadow-[inset_3px_0_0_var(--accent)]',
      )}
    >
      {isChosen !== null && (
        <span role="gridcell" className="flex justify-center">
          <Checkbox
            tabIndex={-1}
            aria-label={`Select ${run.slug}`}
            checked={isChosen}
            onChange={() => undefined}
            onClick={(event) => {
              event.stopPropagation();
              actions.choose(run, event.shiftKey);
            }}
          />
        </span>
      )}
      {isCard ? (
        <CardCells run={run} onTag={actions.tag} />
      ) : (
        columns.map(({ id, isRight, Cell }) => (
          <span key={id} role="gridcell" className={cn('flex min-w-0 items-center px-3 whitespace-nowrap', isRight && 'justify-end')}>
            <Cell run={run} onTag={actions.tag} />
          </span>
        ))
      )}
    </div>
  );
});
