/** How far a run is, and what went wrong in it. Pure. A mapped task counts as one. */
import { isTerminal, stateLook } from '@/lib/states';
import type { RunModel, Task } from './live/model';

export function topTasks({ tasks }: Pick<RunModel, 'tasks'>): Task[] {
  return [...tasks.values()].filter(({ parent }) => parent === null);
}

export function progressOf(model: Pick<RunModel, 'tasks'>): { ended: number; total: number } {
  const tasks = topTasks(model);
  return { ended: tasks.filter(({ state }) => isTerminal(state)).length, total: tasks.length };
}

/** Keys of the tasks that failed, in the flow's order; of a mapped task its failed children. */
export function failedKeys({ tasks }: Pick<RunModel, 'tasks'>): string[] {
  const bad = [...tasks.values()].filter(({ state }) => stateLook(state).isBad);
  const parents = new Set(bad.map(({ parent }) => parent));
  return bad.filter(({ key }) => !parents.has(key)).map(({ key }) => key);
}

/** The failed task after (or before) the selected one; round at the ends. */
export function nextFailed(model: Pick<RunModel, 'tasks'>, selected: string | null, step: 1 | -1): string | null {
  const keys = failedKeys(model);
  if (keys.length === 0) return null;
  const at = selected === null ? -1 : keys.indexOf(selected);
  if (at < 0) return step === 1 ? keys[0]! : keys.at(-1)!;
  return keys[(at + step + keys.length) % keys.length]!;
}

/** The children of each mapped task, in their order. */
export function childrenOf({ tasks }: Pick<RunModel, 'tasks'>): ReadonlyMap<string, readonly Task[]> {
  const found = new Map<string, Task[]>();
  for (const task of tasks.values()) {
    if (task.parent === null) continue;
    const siblings = found.get(task.parent);
    if (siblings) siblings.push(task);
    else found.set(task.parent, [task]);
  }
  for (const siblings of found.values()) siblings.sort((one, other) => one.mapIndex! - other.mapIndex!);
  return found;
}

/** Of tasks that are called the same the key tells which: work-2. `check[3]` of Check is Check [3]. */
export function nameOf({ name, key, mapIndex }: Task): string {
  if (mapIndex !== null) return `${name} [${mapIndex}]`;
  return key.startsWith(name) ? key : name;
}
