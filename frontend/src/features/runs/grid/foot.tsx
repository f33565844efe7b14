'use client';
import { Button } from '@/components/ui/button';
import { count } from '@/lib/format';
import type { GqlError } from '@/lib/gql';

/** Fewer are seen to be all. */
const MANY = 50;

interface GridFootProps {
  hasMore: boolean;
  rows: number;
  /** Of reading the next page. */
  problem: GqlError | null;
  onRetry: () => void;
}

/** A row as well: a grid may hold nothing else. */
export function GridFoot({ hasMore, rows, problem, onRetry }: GridFootProps) {
  const text = problem?.message ?? (hasMore ? 'Loading more …' : rows > MANY ? `All ${count(rows)} runs.` : null);
  if (text === null) return null;
  return (
    <div role="rowgroup">
      <div role="row">
        <span role="gridcell" className="sticky left-0 inline-flex items-center gap-3 px-3 py-2 text-xs text-soft">
          {text}
          {problem && (
            <Button size="sm" onClick={onRetry}>
              Try again
            </Button>
          )}
        </span>
      </div>
    </div>
  );
}
