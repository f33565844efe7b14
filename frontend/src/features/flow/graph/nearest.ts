import type { Point } from '@/lib/graph-layout';

const WAYS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** The node that an arrow key leads to: near in its direction, and not far aside. */
export function nearest(places: ReadonlyMap<string, Point>, from: string, key: string): string | undefined {
  const way = WAYS[key];
  const start = places.get(from);
  if (!way || !start) return undefined;
  let best: { id: string; cost: number } | undefined;
  for (const [id, { x, y }] of places) {
    const along = (x - start.x) * way.x + (y - start.y) * way.y;
    const aside = Math.abs((x - start.x) * way.y) + Math.abs((y - start.y) * way.x);
    if (id === from || along <= 0.5) continue;
    const cost = along + 2 * aside;
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id;
}
