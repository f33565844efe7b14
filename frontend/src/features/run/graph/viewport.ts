'use client';
/** Where one looks at the graph. */
import { useReactFlow } from '@xyflow/react';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { Layout } from '@/lib/graph-layout';
import { parentOf } from '../live/model';
import { NODE_HEIGHT, NODE_WIDTH } from './nodes';

export const FIT = { padding: 0.08, maxZoom: 1 };

const READABLE = 0.6;

/** The selected task comes into sight when it was chosen elsewhere. */
export function useCentred(selected: string | null, layout: Layout, { width, height }: { width: number; height: number }): void {
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
    if (selected !== null) centre(selected);
  }, [selected]);
}

/** The whole of it again when it is laid out anew. */
export function useFitted(layout: Layout): void {
  const { fitView } = useReactFlow();
  const first = useRef(layout);
  useEffect(() => {
    if (first.current === layout) return;
    const frame = requestAnimationFrame(() => void fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [layout, fitView]);
}
