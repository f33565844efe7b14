'use client';
/** The whole run in small: how many tasks ran when. Dragging over it chooses what is in sight; with
 *  the keyboard, arrows move that and + and - change its length. */
import { useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { duration } from '@/lib/format';
import { useRunPage } from '../run-context';
import { loadOf } from './rows';
import { atShare, lengthOf, panned, percentOf, zoomed, type Span } from './scale';

const PARTS = 96;
const LEAST_SHARE = 0.01;

interface Props {
  whole: Span;
  span: Span;
  now: number;
  onChange: (span: Span | null) => void;
}

export function Brush({ whole, span, now, onChange }: Props) {
  const { model } = useRunPage();
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const load = useMemo(() => loadOf(model.tasks, whole, PARTS, now), [model, whole.from, whole.to, now]);
  const most = Math.max(1, ...load);
  const shareOf = (event: PointerEvent) => {
    const frame = box.current!.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - frame.left) / frame.width));
  };
  const onPointerUp = () => {
    if (!drag) return;
    const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
    onChange(to - from < LEAST_SHARE ? null : { from: atShare(whole, from), to: atShare(whole, to) });
    setDrag(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = lengthOf(span) / 5;
    const moves: Record<string, () => Span> = {
      ArrowLeft: () => panned(span, whole, -step),
      ArrowRight: () => panned(span, whole, step),
      '+': () => zoomed(span, whole, 0.5),
      '-': () => zoomed(span, whole, 2),
    };
    const next = moves[event.key]?.();
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(next);
  };
  const left = drag ? Math.min(drag.from, drag.to) * 100 : percentOf(whole, span.from);
  const right = drag ? Math.max(drag.from, drag.to) * 100 : percentOf(whole, span.to);
  return (
    <div
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="The part of the run in sight"
      aria-valuemin={0}
      aria-valuemax={lengthOf(whole)}
      aria-valuenow={Math.round(span.from - whole.from)}
      aria-valuetext={`${duration(span.from - whole.from)} to ${duration(span.to - whole.from)}`}
      title="Drag to look at a part of the time"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const at = shareOf(event);
        setDrag({ from: at, to: at });
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: shareOf(event) })}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDrag(null)}
      onKeyDown={onKeyDown}
      className="relative h-7 min-w-0 flex-1 cursor-crosshair touch-none overflow-hidden rounded bg-page"
    >
      <svg aria-hidden viewBox={`0 0 ${PARTS} 1`} preserveAspectRatio="none" className="absolute inset-0 h-full w-full">
        {load.map((count, at) => count > 0 && <rect key={at} x={at} width={1.02} y={1 - count / most} height={count / most} fill="var(--line-strong)" />)}
      </svg>
      <div className="absolute inset-y-0 rounded-sm border border-accent bg-accent/15" style={{ left: `${left}%`, width: `${Math.max(0.5, right - left)}%` }} />
    </div>
  );
}
