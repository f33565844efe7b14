/** How far a run is, and what went wrong in it. Pure. */
import type { TaskState } from '@/gql/graphql';
import { isTerminal, stateLook } from '@/lib/states';
import type { TaskCounts } from '@/lib/task-counts';
import type { Run, RunModel, Task } from './live/model';

export function topTasks({ tasks }: Pick<RunModel, 'tasks'>): Task[] {
  return [...tasks.values()].filter(({ parent }) => parent === null);
}

/** Counted as the server does, of a run that goes on. */
export function taskCounts(model: Pick<RunModel, 'tasks' | 'state'>): TaskCounts {
  const children = childrenOf(model);
  const counts: TaskCounts = { total: 0, done: 0, left: 0, failed: 0, timedOut: 0, skipped: 0, cancelled: 0 };
  const add = (kind: Kind, number: number) => {
    counts[kind === 'left' && isTerminal(model.state) ? 'cancelled' : kind] += number;
    counts.total += number;
  };
  for (const task of topTasks(model)) {
    const items = children.get(task.key);
    if (!items && task.mapCount === null) add(KINDS[task.state] ?? 'left', 1);
    for (const item of items ?? []) add(KINDS[item.state] ?? 'left', 1);
    // Those that have not begun have no row.
    add('left', Math.max(0, (task.mapCount ?? 0) - (items?.length ?? 0)));
  }
  return counts;
}

type Kind = Exclude<keyof TaskCounts, 'total'>;

/** Every other state has not ended. */
const KINDS: Partial<Record<TaskState, Kind>> = {
  SUCCEEDED: 'done',
  CACHED: 'done',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  SKIPPED: 'skipped',
  CANCELLED: 'cancelled',
};

/** The server's own count where it says the last word, or the first. */
export function countsOfRun(run: Pick<Run, 'state' | 'taskCounts'>, model: RunModel): TaskCounts {
  return isTerminal(run.state) || model.events.length === 0 ? run.taskCounts : taskCounts(model);
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
