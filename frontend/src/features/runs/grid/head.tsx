'use client';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { Checkbox } from '@/components/ui/checkbox';
import { cn } from '@/lib/cn';
import type { Column } from './columns';

export const HEAD_PX = 36;

interface HeadProps {
  columns: readonly Column[];
  template: string;
  sort: 'desc' | 'asc';
  onSort: (sort: 'desc' | 'asc') => void;
  /** Null where nothing can be done with a choice. */
  chosen: 'all' | 'some' | 'none' | null;
  onChooseAll: (all: boolean) => void;
}

export function Head({ columns, template, sort, onSort, chosen, onChooseAll }: HeadProps) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 bg-surface">
      <div
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: template, height: HEAD_PX }}
        className="grid items-center border-b border-line text-xs font-medium text-soft"
      >
        {chosen !== null && (
          <span role="columnheader" className="flex justify-center">
            <Checkbox
              aria-label="Select all loaded runs"
              checked={chosen === 'all'}
              indeterminate={chosen === 'some'}
              onChange={() => onChooseAll(chosen !== 'all')}
            />
          </span>
        )}
        {columns.map((column) =>
          column.id === 'created' ? (
            <SortedHead key={column.id} column={column} sort={sort} onSort={onSort} />
          ) : (
            <span key={column.id} role="columnheader" className={cn('truncate px-3', column.isRight && 'text-right')}>
              {column.label}
            </span>
          ),
        )}
      </div>
    </div>
  );
}

/** The server keeps runs in the order of their creation: the one order that pages of a million have. */
function SortedHead({ column, sort, onSort }: Pick<HeadProps, 'sort' | 'onSort'> & { column: Column }) {
  const Arrow = sort === 'desc' ? ArrowDown : ArrowUp;
  return (
    <span role="columnheader" aria-sort={sort === 'desc' ? 'descending' : 'ascending'} className="flex justify-end px-1.5">
      <button
        type="button"
        title={sort === 'desc' ? 'Newest first' : 'Oldest first'}
        onClick={() => onSort(sort === 'desc' ? 'asc' : 'desc')}
        className="flex h-6 items-center gap-1 rounded px-1.5 hover:bg-hover"
      >
        {column.label}
        <Arrow aria-hidden className="size-3" />
      </button>
    </span>
  );
}
