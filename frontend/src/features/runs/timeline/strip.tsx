'use client';
/** The loaded runs over time. Dragging sets the time range, as the filter "Created" does by keyboard. */
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { plural } from '@/lib/format';
import { useNow } from '@/lib/now';
import { isTerminal, stateLook } from '@/lib/states';
import { useResolvedTheme } from '@/lib/theme';
import type { RunRow } from '../live-rows';
import { coloursOf } from './colours';
import { drawStrip } from './draw';
import { marksOf, nearest, scaleOf, timeAt, type Box, type Mark } from './scale';
import { MarkHint } from './hint';

const DRAG_PX = 5;

interface StripProps {
  rows: readonly RunRow[];
  onBrush: (from: Date, to: Date) => void;
  onPick: (run: RunRow) => void;
}

export default function Strip({ rows, onBrush, onPick }: StripProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useBox(frame);
  const theme = useResolvedTheme();
  const now = useNow(rows.some(({ state }) => !isTerminal(state)));
  const scale = useMemo(() => scaleOf(rows, now), [rows, now]);
  const marks = useMemo(() => (scale && box ? marksOf(rows, scale, box, now) : []), [rows, scale, box, now]);
  const [brush, setBrush] = useState<{ start: number; end: number } | null>(null);
  const [hovered, setHovered] = useState<Mark | null>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !box || !scale) return;
    const ratio = window.devicePixelRatio || 1;
    context.canvas.width = box.width * ratio;
    context.canvas.height = box.height * ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawStrip(context, box, scale, marks, coloursOf(context.canvas));
  }, [box, scale, marks, theme]);
  const at = ({ clientX, clientY, currentTarget }: PointerEvent) => {
    const { left, top } = currentTarget.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const onMove = (event: PointerEvent) => {
    const { x, y } = at(event);
    if (brush) setBrush({ ...brush, end: x });
    setHovered(brush && Math.abs(brush.end - brush.start) > DRAG_PX ? null : nearest(marks, x, y));
  };
  const onUp = (event: PointerEvent) => {
    const { x, y } = at(event);
    setBrush(null);
    if (!brush || !scale || !box) return;
    if (Math.abs(x - brush.start) <= DRAG_PX) {
      const mark = nearest(marks, x, y);
      if (mark) onPick(mark.run);
      return;
    }
    const [from, to] = [brush.start, x].sort((one, other) => one - other) as [number, number];
    onBrush(new Date(Math.floor(timeAt(from, scale, box) / 1000) * 1000), new Date(Math.ceil(timeAt(to, scale, box) / 1000) * 1000));
  };
  return (
    <div ref={frame} className="relative h-full select-none">
      <canvas
        ref={canvas}
        role="img"
        aria-label={summary(rows)}
        className="block size-full cursor-crosshair"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          const { x } = at(event);
          setBrush({ start: x, end: x });
        }}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={() => setBrush(null)}
        onPointerLeave={() => setHovered(null)}
      />
      {brush && (
        <div
          aria-hidden
          className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
          style={{ left: Math.min(brush.start, brush.end), width: Math.abs(brush.end - brush.start) }}
        />
      )}
      {hovered && box && <MarkHint mark={hovered} width={box.width} />}
    </div>
  );
}

function useBox(frame: { current: HTMLElement | null }): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measured = new ResizeObserver(() => setBox({ width: element.clientWidth, height: element.clientHeight }));
    measured.observe(element);
    return () => measured.disconnect();
  }, [frame]);
  return box;
}

function summary(rows: readonly RunRow[]): string {
  const bad = rows.filter(({ state }) => stateLook(state).isBad).length;
  return `The ${plural(rows.length, 'loaded run')} by time and duration, ${bad} of them failed. The filter "Created" narrows the time.`;
}
