'use client';
/** What a browser does by itself between documents, for pages that change inside one: the focus goes
 *  to the content, a new page begins at its top, and Back leads to where one was. */
import { usePathname } from 'next/navigation';
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/** A page that was left long may need a while until it is as tall again. */
const RESTORED_WITHIN_MS = 1500;

/** TypeScript's own types do not have it yet. */
type WithNavigation = Window & { navigation?: { currentEntry: { key: string } | null } };

/** Of this place in the history: the same after Back. A browser that does not tell begins each page at its top. */
const entry = (): string | undefined => (window as WithNavigation).navigation?.currentEntry?.key;

export function useNavigated(content: RefObject<HTMLElement | null>): void {
  const pathname = usePathname();
  const places = useRef(new Map<string | undefined, number>());
  const shown = useRef(pathname);
  useEffect(() => {
    const element = content.current;
    const keep = () => {
      // The address is ahead of the page while one goes to the next.
      if (element && window.location.pathname === shown.current) places.current.set(entry(), element.scrollTop);
    };
    element?.addEventListener('scroll', keep, { passive: true });
    return () => element?.removeEventListener('scroll', keep);
  }, [content]);
  // Before the browser tells of the scrolling that the new page itself brought about.
  useLayoutEffect(() => {
    const element = content.current;
    if (!element || shown.current === pathname) return;
    shown.current = pathname;
    const here = entry();
    // A page that has put the focus where one types keeps it there.
    if (!element.contains(document.activeElement)) element.focus({ preventScroll: true });
    return scrollOnceTall(element, here === undefined ? 0 : (places.current.get(here) ?? 0));
  }, [content, pathname]);
}

function scrollOnceTall(element: HTMLElement, to: number): () => void {
  const until = performance.now() + RESTORED_WITHIN_MS;
  let frame = 0;
  const attempt = () => {
    element.scrollTop = to;
    if (element.scrollTop < to && performance.now() < until) frame = requestAnimationFrame(attempt);
  };
  attempt();
  return () => cancelAnimationFrame(frame);
}
