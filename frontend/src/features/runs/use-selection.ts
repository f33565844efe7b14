'use client';
/** The chosen runs of one question: another question begins anew. */
import { useState } from 'react';
import { NONE_SELECTED, type Selection } from './selection';

export function useSelection(identity: string): [Selection, (to: Selection) => void] {
  const [state, setState] = useState({ identity, selection: NONE_SELECTED });
  const selection = state.identity === identity ? state.selection : NONE_SELECTED;
  return [selection, (to) => setState({ identity, selection: to })];
}
