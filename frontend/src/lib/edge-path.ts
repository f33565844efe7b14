/** The line of an edge: curves from layer to layer, straight past the nodes between. Pure. */
import type { Direction, Point } from './graph-layout';

export function edgePath(from: Point, to: Point, bends: readonly Point[], direction: Direction): string {
  const stops = [...bends, to];
  let at = from;
  let path = `M${from.x},${from.y}`;
  stops.forEach((next, index) => {
    // Each place between is entered at its one side and left at the other.
    const isAlongside = index % 2 === 1 && index < bends.length;
    path += isAlongside ? `L${next.x},${next.y}` : curve(at, next, direction);
    at = next;
  });
  return path;
}

function curve(from: Point, to: Point, direction: Direction): string {
  if (direction === 'right') {
    const middle = (from.x + to.x) / 2;
    return `C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
  }
  const middle = (from.y + to.y) / 2;
  return `C${from.x},${middle} ${to.x},${middle} ${to.x},${to.y}`;
}
