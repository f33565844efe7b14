'use client';
/** A run in a narrow window: two lines in place of columns. */
import { StateBadge } from '@/components/state';
import { RelativeTime } from '@/components/time';
import { type CellProps, Length, Slug, Tasks } from './cells';

export function CardCells({ run, onTag }: CellProps) {
  return (
    <span role="gridcell" className="grid min-w-0 gap-1 px-3">
      <span className="flex min-w-0 items-center justify-between gap-2">
        <Slug run={run} onTag={onTag} />
        <StateBadge state={run.state} />
      </span>
      <span className="flex min-w-0 items-center justify-between gap-2 text-xs text-soft">
        <span className="min-w-0 truncate">
          {run.flow && `${run.flow.name} · `}
          <RelativeTime at={run.createdAt} />
        </span>
        <span className="flex shrink-0 items-center gap-3">
          <Tasks run={run} onTag={onTag} />
          <Length run={run} onTag={onTag} />
        </span>
      </span>
    </span>
  );
}
