'use client';
import { useEffect, useEffectEvent, type RefObject } from 'react';

/** Ctrl and the wheel zoom, as a pinch of two fingers does; the wheel alone scrolls. */
export function useZoomWheel(frame: RefObject<HTMLElement | null>, zoomBy: (factor: number) => void): void {
  const zoom = useEffectEvent(zoomBy);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 300));
    };
    // React listens passively, and a passive listener cannot hold the page's own zoom back.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [frame]);
}
