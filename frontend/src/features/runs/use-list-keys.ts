'use client';
/** The keyboard of the list: j and k move, x chooses, Space looks closer, Enter opens. */
import { useState } from 'react';
import { runPath } from '@/components/app-link';
import { useNavigation } from '@/lib/navigation';
import { useShortcut } from '@/lib/shortcuts';
import { FILTERS_ID } from './filters/bar';
import { SEARCH_ID } from './filters/search-box';
import type { GridHandle } from './grid/grid';
import type { RunRow } from './live-rows';

interface ListKeys {
  rows: readonly RunRow[];
  handle: { current: GridHandle | null };
  peeked: string | null;
  onPeek: (slug: string | null) => void;
  /** Null where nothing can be done with a choice. */
  onChoose: ((run: RunRow, isRange: boolean) => void) | null;
}

/** `current` is the run that the keys mean. */
export function useListKeys({ rows, handle, peeked, onPeek, onChoose }: ListKeys) {
  const [current, setCurrent] = useState<string | null>(null);
  const { navigate } = useNavigation();
  const at = rows.findIndex(({ id }) => id === current);
  const run = rows[at];
  const move = (step: number, isChoosing = false) => {
    const to = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
    const next = rows[to];
    if (!next) return;
    setCurrent(next.id);
    handle.current?.focus();
    handle.current?.reveal(to);
    if (peeked !== null) onPeek(next.slug);
    if (isChoosing && run && onChoose) {
      onChoose(run, false);
      onChoose(next, true);
    }
  };
  const has = rows.length > 0;
  useShortcut('j', 'Next run', () => move(1), { enabled: has });
  useShortcut('k', 'Previous run', () => move(-1), { enabled: has });
  useShortcut('ArrowDown', 'Next run', () => move(1), { enabled: has });
  useShortcut('ArrowUp', 'Previous run', () => move(-1), { enabled: has });
  useShortcut('Enter', 'Open the run', () => run && navigate(runPath(run.slug)), { enabled: has });
  useShortcut('Space', 'Preview the run', () => run && onPeek(peeked === run.slug ? null : run.slug), { enabled: has });
  useShortcut('x', 'Select the run', () => run && onChoose?.(run, false), { enabled: has && onChoose !== null });
  useShortcut('/', 'Search', () => document.getElementById(SEARCH_ID)?.focus());
  useShortcut('f', 'Go to the filters', () => document.getElementById(FILTERS_ID)?.querySelector('button')?.focus());
  return { current, setCurrent };
}
