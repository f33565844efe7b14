'use client';
/** What can be done with the chosen runs. */
import { Ban, RotateCcw, RotateCw, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import type { BulkAction } from '@/gql/graphql';
import { count } from '@/lib/format';
import { useShortcut } from '@/lib/shortcuts';
import { allOf, everything, NONE_SELECTED, type Selection } from '../selection';
import type { RunList } from '../use-run-list';
import type { ViewState } from '../use-run-view';
import type { Totals } from '../use-totals';
import { byUse } from './by-use';
import { BulkConfirm } from './confirm';
import { MAX_CHOSEN, useBulk } from './use-bulk';

interface BulkBarProps {
  list: RunList;
  state: ViewState;
  totals: Totals;
  selection: Selection;
  onSelect: (selection: Selection) => void;
}

export default function BulkBar({ list: { rows, query }, state, totals, selection, onSelect }: BulkBarProps) {
  const [asked, ask] = useState<BulkAction | null>(null);
  const bulk = useBulk(() => onSelect(NONE_SELECTED));
  const { isEverything } = selection;
  const numbers = isEverything
    ? byUse(totals.counts?.states ?? [], state.view.state)
    : byUse(rows.filter(({ id }) => selection.ids.has(id)).map((run) => ({ state: run.state, count: 1, isCapped: false })), []);
  const order = rows.map(({ id }) => id);
  const whole = totals.total === null ? null : `${count(totals.total)}${totals.isCapped ? '+' : ''}`;
  const number = isEverything ? whole : count(selection.ids.size);
  const isTooMany = !isEverything && selection.ids.size > MAX_CHOSEN;
  const start = (action: BulkAction) =>
    isEverything ? ask(action) : void bulk.start({ action, runIds: [...selection.ids] });
  useShortcut('Escape', 'Clear selection', () => onSelect(NONE_SELECTED));
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 z-20 flex justify-center px-2" data-no-print>
      <div
        role="toolbar"
        aria-label="Selected runs"
        className="pointer-events-auto flex max-w-full animate-pop flex-wrap items-center gap-1.5 rounded-lg border border-line-strong bg-raised p-1.5 pl-3 shadow-pop"
      >
        <span role="status" className="font-medium">
          {isEverything ? `All ${number} that match` : `${number} selected`}
        </span>
        {!isEverything && selection.ids.size < rows.length && (
          <Button size="sm" variant="ghost" className="text-accent!" onClick={() => onSelect(allOf(order))}>
            All {count(rows.length)} loaded
          </Button>
        )}
        {!isEverything && selection.ids.size >= rows.length && query.hasNextPage && whole !== null && (
          <Button size="sm" variant="ghost" className="text-accent!" onClick={() => onSelect(everything(order))}>
            All {whole} that match
          </Button>
        )}
        {isTooMany && <span className="text-xs text-warn">At most {count(MAX_CHOSEN)} at once. Select all matching runs for more.</span>}
        <span aria-hidden className="mx-1 hidden h-5 w-px bg-line sm:block" />
        {numbers.active && (
          <Button size="sm" disabled={isTooMany} busy={bulk.isPending} onClick={() => start('CANCEL')}>
            <Ban aria-hidden className="size-3.5!" /> Cancel {numbers.active}
          </Button>
        )}
        {numbers.unfinished && (
          <Button size="sm" disabled={isTooMany} busy={bulk.isPending} onClick={() => start('RETRY_FROM_FAILED')}>
            <RotateCw aria-hidden className="size-3.5!" /> Retry from failed {numbers.unfinished}
          </Button>
        )}
        {numbers.ended && (
          <Button size="sm" disabled={isTooMany} busy={bulk.isPending} onClick={() => start('RETRY_FROM_START')}>
            <RotateCcw aria-hidden className="size-3.5!" /> Retry from start {numbers.ended}
          </Button>
        )}
        <IconButton size="sm" label="Clear selection" onClick={() => onSelect(NONE_SELECTED)}>
          <X aria-hidden />
        </IconButton>
      </div>
      {asked && (
        <BulkConfirm
          action={asked}
          what={totals.total === null ? 'all runs that match' : `all ${whole} ${totals.total === 1 ? 'run' : 'runs'} that match`}
          busy={bulk.isPending}
          onClose={() => ask(null)}
          onConfirm={() => void bulk.start({ action: asked, filter: state.filter ?? {} }).then(() => ask(null))}
        />
      )}
    </div>
  );
}
