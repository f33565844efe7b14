/** From a task to its neighbour in the graph, by an arrow key. Pure. */
import type { bestLayout } from '@/lib/graph-layout';
import type { Task } from '../live/model';

type Layout = ReturnType<typeof bestLayout>;

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** Of a graph that goes down, as if it went right. */
const TURNED: Record<Arrow, Arrow> = { ArrowLeft: 'ArrowUp', ArrowRight: 'ArrowDown', ArrowUp: 'ArrowLeft', ArrowDown: 'ArrowRight' };

export function neighbour(key: string, arrow: Arrow, tasks: readonly Task[], { at, direction }: Layout): string | null {
  const isDown = direction === 'down';
  const way = isDown ? TURNED[arrow] : arrow;
  const along = (one: string) => (isDown ? at.get(one)?.x : at.get(one)?.y) ?? 0;
  const layer = (one: string) => (isDown ? at.get(one)?.y : at.get(one)?.x);
  const steps: Record<Arrow, () => string[]> = {
    ArrowLeft: () => [...(tasks.find((task) => task.key === key)?.dependsOn ?? [])],
    ArrowRight: () => tasks.filter(({ dependsOn }) => dependsOn.includes(key)).map((task) => task.key),
    ArrowUp: () => tasks.map((task) => task.key).filter((one) => layer(one) === layer(key) && along(one) < along(key)),
    ArrowDown: () => tasks.map((task) => task.key).filter((one) => layer(one) === layer(key) && along(one) > along(key)),
  };
  const distance = (one: string) => Math.abs(along(one) - along(key));
  return steps[way]().sort((one, other) => distance(one) - distance(other))[0] ?? null;
}
