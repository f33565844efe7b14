/** Columns that would say the same in each row. Pure. */
import { sentence } from '@/lib/format';
import type { RunRow } from '../live-rows';
import type { Column, ColumnId } from './columns';

export interface Constant {
  id: ColumnId;
  label: string;
  /** Null where no run has one. */
  value: string | null;
}

/** One run alone tells nothing of the others. */
const ENOUGH_ROWS = 2;

const VALUES: Partial<Record<ColumnId, (run: RunRow) => string | null>> = {
  trigger: ({ trigger }) => sentence(trigger),
  executor: ({ executor }) => sentence(executor),
  environment: ({ environment }) => environment?.name ?? null,
  tags: ({ tags }) => (Object.keys((tags ?? {}) as object).length === 0 ? null : JSON.stringify(tags)),
};

export function constantColumns(columns: readonly Column[], rows: readonly RunRow[]): Constant[] {
  const [first, ...others] = rows;
  if (!first || rows.length < ENOUGH_ROWS) return [];
  return columns.flatMap(({ id, label }) => {
    const read = VALUES[id];
    if (!read) return [];
    const value = read(first);
    // Tags are worth their column as soon as there are any: they are pressed.
    if (id === 'tags' && value !== null) return [];
    return others.every((run) => read(run) === value) ? [{ id, label, value }] : [];
  });
}
