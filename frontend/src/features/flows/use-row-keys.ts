'use client';
/** j and k walk over the flows; Enter follows the link that has the focus. */
import { useShortcut } from '@/lib/shortcuts';

export const ROW_LINK = 'data-flow-link';

function move(step: number): void {
  const links = [...document.querySelectorAll<HTMLElement>(`[${ROW_LINK}]`)];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const to = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + step))];
  to?.focus();
  to?.scrollIntoView({ block: 'nearest' });
}

export function useRowKeys(): void {
  useShortcut('j', 'Next flow', () => move(1));
  useShortcut('k', 'Previous flow', () => move(-1));
}
