'use client';
/** How the list looks: in the address, so that it can be shared, and else as this browser had it last. */
import { parseAsArrayOf, parseAsBoolean, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback, useMemo, useState } from 'react';
import { COLUMN_IDS, DEFAULT_COLUMNS, type ColumnId } from './grid/columns';

export type Density = 'compact' | 'roomy';

export interface Look {
  columns: readonly ColumnId[];
  density: Density;
  /** The strip of time above the table. */
  strip: boolean;
}

/** Nobody has chosen the columns, so that those that say nothing may be left out. */
export const hasUsualColumns = ({ columns }: Look): boolean => columns.join() === DEFAULT_COLUMNS.join();

export const lookParsers = {
  columns: parseAsArrayOf(parseAsStringLiteral(COLUMN_IDS)),
  density: parseAsStringLiteral(['compact', 'roomy'] as const),
  strip: parseAsBoolean,
};

const KEY = 'dagy-runs-look';
export const DEFAULT_LOOK: Look = { columns: DEFAULT_COLUMNS, density: 'compact', strip: true };

function recall(): Look {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>;
    const columns = Array.isArray(kept.columns) ? COLUMN_IDS.filter((id) => kept.columns?.includes(id)) : DEFAULT_COLUMNS;
    return {
      columns,
      density: kept.density === 'roomy' ? 'roomy' : 'compact',
      strip: kept.strip !== false,
    };
  } catch {
    return DEFAULT_LOOK;
  }
}

function remember(look: Look): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // Storage may be forbidden; the address still has it.
  }
}

/** What is as usual need not be said. */
function inAddress(look: Look) {
  const { columns, density, strip } = look;
  return {
    columns: hasUsualColumns(look) ? null : [...columns],
    density: density === DEFAULT_LOOK.density ? null : density,
    strip: strip === DEFAULT_LOOK.strip ? null : strip,
  };
}

export function useLook(): [Look, (to: Partial<Look>) => void] {
  const [given, set] = useQueryStates(lookParsers, { history: 'replace' });
  const [kept, setKept] = useState(recall);
  const look = useMemo<Look>(
    () => ({
      columns: given.columns ?? kept.columns,
      density: given.density ?? kept.density,
      strip: given.strip ?? kept.strip,
    }),
    [given, kept],
  );
  const change = useCallback(
    (to: Partial<Look>) => {
      const wanted = { ...look, ...to };
      const next = { ...wanted, columns: COLUMN_IDS.filter((id) => wanted.columns.includes(id)) };
      remember(next);
      setKept(next);
      void set(inAddress(next));
    },
    [look, set],
  );
  return [look, change];
}
