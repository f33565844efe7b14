/** From a task to its neighbour in the graph, by an arrow key. Pure. */
import type { Layout } from '@/lib/graph-layout';
import type { Task } from '../live/model';

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

export function neighbour(key: string, direction: Direction, tasks: readonly Task[], { at }: Layout): string | null {
  const from = at.get(key);
  if (!from) return null;
  const near = candidates(key, direction, tasks, at, from.x);
  const isWanted = (y: number) => (direction === 'ArrowUp' ? y < from.y : direction === 'ArrowDown' ? y > from.y : true);
  let found: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const one of near) {
    const point = at.get(one);
    if (!point || one === key || !isWanted(point.y)) continue;
    const distance = Math.abs(point.y - from.y);
    if (distance < least) [found, least] = [one, distance];
  }
  return found;
}

function candidates(key: string, direction: Direction, tasks: readonly Task[], at: Layout['at'], x: number): string[] {
  if (direction === 'ArrowLeft') return [...(tasks.find((task) => task.key === key)?.dependsOn ?? [])];
  if (direction === 'ArrowRight') return tasks.filter(({ dependsOn }) => dependsOn.includes(key)).map((task) => task.key);
  return tasks.map((task) => task.key).filter((one) => at.get(one)?.x === x);
}
