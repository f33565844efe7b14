'use client';
/** The state of the run in the browser's tab: a sign before the title, and the icon's colour. */
import { useEffect } from 'react';
import type { RunState } from '@/gql/graphql';
import { stateLook, type Tone } from '@/lib/states';

const MARKS: Record<RunState, string> = {
  QUEUED: '◌',
  RUNNING: '▶',
  CANCELLING: '■',
  SUCCEEDED: '✓',
  FAILED: '✗',
  CANCELLED: '■',
  CRASHED: '⚡',
  TIMED_OUT: '⧗',
};

export const stateMark = (state: RunState): string => MARKS[state];

/** An icon cannot read the page's colours. These keep 3:1 on light and dark tab bars. */
const ICON_COLOURS: Partial<Record<Tone, string>> = {
  queued: '#64748b',
  running: '#2f74e6',
  succeeded: '#1b9a52',
  failed: '#d8323f',
  cancelled: '#71717a',
  crashed: '#cf5a0b',
  'timed-out': '#b07806',
};

const SHAPES: Record<'ring' | 'dot' | 'tick' | 'cross' | 'square', string> = {
  ring: '<circle cx="8" cy="8" r="5" fill="none" stroke="C" stroke-width="3"/>',
  dot: '<circle cx="8" cy="8" r="7" fill="C"/><path d="M6.5 5v6l5-3z" fill="#fff"/>',
  tick: '<circle cx="8" cy="8" r="7" fill="C"/><path d="M4.8 8.2l2.2 2.3 4.3-4.8" fill="none" stroke="#fff" stroke-width="1.8"/>',
  cross: '<circle cx="8" cy="8" r="7" fill="C"/><path d="M5.4 5.4l5.2 5.2m0-5.2l-5.2 5.2" stroke="#fff" stroke-width="1.8"/>',
  square: '<rect x="2" y="2" width="12" height="12" rx="3" fill="C"/>',
};

function shapeOf(state: RunState): string {
  if (state === 'QUEUED') return SHAPES.ring;
  if (state === 'RUNNING') return SHAPES.dot;
  if (state === 'SUCCEEDED') return SHAPES.tick;
  return stateLook(state).isBad ? SHAPES.cross : SHAPES.square;
}

export function iconOf(state: RunState): string {
  const shape = shapeOf(state).replaceAll('C', ICON_COLOURS[stateLook(state).tone] ?? '#64748b');
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${shape}</svg>`)}`;
}

export function useStateFavicon(state: RunState | undefined): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!state || !link) return;
    const before = link.href;
    link.href = iconOf(state);
    return () => {
      link.href = before;
    };
  }, [state]);
}
