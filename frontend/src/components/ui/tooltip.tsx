'use client';
/** A hint for the mouse and the keyboard. Never the only place of a fact: touch has no hover. */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

const DELAY_MS = 350;
const GAP_PX = 6;
const EDGE_PX = 8;

export interface Place {
  x: number;
  y: number;
  above: boolean;
}

/** Beside the anchor, for hints over many small things that one component watches. */
export function placeOf(anchor: Element): Place {
  const box = anchor.getBoundingClientRect();
  const above = box.bottom + 40 > window.innerHeight;
  return { x: box.left + box.width / 2, y: above ? box.top - GAP_PX : box.bottom + GAP_PX, above };
}

export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  const anchor = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [place, setPlace] = useState<Place | null>(null);
  const id = useId();
  const show = () => {
    const child = anchor.current?.firstElementChild;
    if (child) setPlace(placeOf(child));
  };
  const hide = () => {
    clearTimeout(timer.current);
    setPlace(null);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <span
      ref={anchor}
      className="contents"
      onPointerEnter={({ pointerType }) => {
        if (pointerType !== 'touch') timer.current = setTimeout(show, DELAY_MS);
      }}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={({ target }) => target.matches(':focus-visible') && show()}
      onBlur={hide}
      onKeyDown={({ key }) => key === 'Escape' && hide()}
    >
      {children}
      {place && text && createPortal(<Bubble id={id} place={place} text={text} />, document.body)}
    </span>
  );
}

export function Bubble({ id, place, text }: { id: string; place: Place; text: ReactNode }) {
  const bubble = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = bubble.current?.getBoundingClientRect();
    if (!bubble.current || !box) return;
    const right = box.right - (window.innerWidth - EDGE_PX);
    const shift = right > 0 ? -right : Math.max(0, EDGE_PX - box.left);
    bubble.current.style.marginLeft = `${shift}px`;
  }, [place]);
  return (
    <div
      ref={bubble}
      id={id}
      role="tooltip"
      style={{ left: place.x, top: place.y, translate: `-50% ${place.above ? '-100%' : '0'}` }}
      className="pointer-events-none fixed z-[70] w-max max-w-72 rounded-md bg-text px-2 py-1 text-xs text-page shadow-pop"
    >
      {text}
    </div>
  );
}
