/** Where one looks at a graph: as much of it as can be read, and what matters in sight. Pure. */
import type { Point } from './graph-layout';

export interface Size {
  width: number;
  height: number;
}

export interface View {
  x: number;
  y: number;
  zoom: number;
}

export const NODE_WIDTH = 196;
export const NODE_HEIGHT = 44;

/** Names of 12 px are at least 10.2 px then. */
export const READABLE = 0.85;
const MARGIN = 16;

/** The whole of it where it can be read so; else, readable, the part around `focus`. */
export function viewOf(graph: Size, frame: Size, focus: Point | undefined): View {
  const room = { width: frame.width - 2 * MARGIN, height: frame.height - 2 * MARGIN };
  const fit = Math.min(1, room.width / Math.max(1, graph.width), room.height / Math.max(1, graph.height));
  const zoom = Math.max(fit, READABLE);
  return {
    zoom,
    x: along(graph.width * zoom, frame.width, ((focus?.x ?? 0) + NODE_WIDTH / 2) * zoom),
    y: along(graph.height * zoom, frame.height, ((focus?.y ?? 0) + NODE_HEIGHT / 2) * zoom),
  };
}

/** In the middle what fits; of the rest the place `at`, without empty space beyond the ends. */
function along(size: number, room: number, at: number): number {
  if (size + 2 * MARGIN <= room) return (room - size) / 2;
  return Math.max(room - MARGIN - size, Math.min(MARGIN, room / 2 - at));
}
