'use client';
/** The run in the panel at the right: in the address, so back closes it. */
import { parseAsString, useQueryState } from 'nuqs';
import { useCallback } from 'react';

export function usePeek(): [string | null, (slug: string | null) => void] {
  const [peeked, set] = useQueryState('peek', parseAsString);
  const peek = useCallback(
    // Going from one run to the next is no step that back should repeat.
    (slug: string | null) => void set(slug, { history: peeked === null ? 'push' : 'replace' }),
    [peeked, set],
  );
  return [peeked, peek];
}
