'use client';
/** Where one looks at the graph. */
import { useReactFlow } from '@xyflow/react';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { Layout } from '@/lib/graph-layout';
import { NODE_HEIGHT, NODE_WIDTH, READABLE, viewOf, type Size } from '@/lib/graph-view';
import { parentOf, type Task } from '../live/model';
import { stateLook } from '@/lib/states';

/** What one looks for first: what failed, else what runs, else the start. */
export function focusOf(tasks: readonly Task[], selected: string | null): string | undefined {
  if (selected !== null) return parentOf(selected) ?? selected;
  const found = tasks.find(({ state }) => stateLook(state).isBad) ?? tasks.find(({ state }) => state === 'RUNNING' || state === 'RETRYING');
  return (found ?? tasks[0])?.key;
}

/** Looks anew when the graph is laid out anew or its room changes, unless one has moved it oneself. */
export function useFitted(layout: Layout, { width, height }: Size, focus: string | undefined) {
  const { setViewport } = useReactFlow();
  const isMoved = useRef(false);
  const last = useRef(layout);
  const fit = useEffectEvent((layoutNow: Layout) => {
    if (layoutNow !== last.current) isMoved.current = false;
    last.current = layoutNow;
    if (!isMoved.current) void setViewport(viewOf(layoutNow, { width, height }, layoutNow.at.get(focus ?? '')));
  });
  useEffect(() => {
    const frame = requestAnimationFrame(() => fit(layout));
    return () => cancelAnimationFrame(frame);
  }, [layout, width, height]);
  return {
    /** By hand: an event comes with it. */
    onMove: (event: unknown) => {
      if (event) isMoved.current = true;
    },
  };
}

/** The selected task comes into sight when it was chosen elsewhere, or its panel took the room. */
export function useCentred(selected: string | null, layout: Layout, { width, height }: Size): void {
  const { setCenter, getViewport } = useReactFlow();
  const centre = useEffectEvent((key: string) => {
    const point = layout.at.get(parentOf(key) ?? key);
    if (!point) return;
    const { x, y, zoom } = getViewport();
    const left = point.x * zoom + x;
    const top = point.y * zoom + y;
    const isInSight = left >= 0 && top >= 0 && left + NODE_WIDTH * zoom <= width && top + NODE_HEIGHT * zoom <= height;
    if (isInSight) return;
    void setCenter(point.x + NODE_WIDTH / 2, point.y + NODE_HEIGHT / 2, { zoom: Math.max(zoom, READABLE), duration: 200 });
  });
  useEffect(() => {
    if (selected === null) return;
    const frame = requestAnimationFrame(() => centre(selected));
    return () => cancelAnimationFrame(frame);
  }, [selected, width, height]);
}
