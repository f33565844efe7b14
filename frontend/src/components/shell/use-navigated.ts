'use client';
/** What a browser does by itself between documents, for pages that change inside one: the focus goes
 *  to the content, a new page begins at its top, and Back leads to where one was. */
import { usePathname } from 'next/navigation';
import { useEffect, useRef, type RefObject } from 'react';

/** A page that was left long may need a while until it is as tall again. */
const RESTORED_WITHIN_MS = 1500;

export function useNavigated(content: RefObject<HTMLElement | null>): void {
  const pathname = usePathname();
  const places = useRef(new Map<string, number>());
  const isBack = useRef(false);
  const shown = useRef(pathname);
  useEffect(() => {
    const element = content.current;
    const keep = () => places.current.set(shown.current, element?.scrollTop ?? 0);
    const back = () => {
      isBack.current = true;
    };
    element?.addEventListener('scroll', keep, { passive: true });
    window.addEventListener('popstate', back);
    return () => {
      element?.removeEventListener('scroll', keep);
      window.removeEventListener('popstate', back);
    };
  }, [content]);
  useEffect(() => {
    const element = content.current;
    if (!element || shown.current === pathname) return;
    shown.current = pathname;
    const to = isBack.current ? (places.current.get(pathname) ?? 0) : 0;
    isBack.current = false;
    // A page that has put the focus where one types keeps it there.
    if (!element.contains(document.activeElement)) element.focus({ preventScroll: true });
    return scrollOnceTall(element, to);
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
