/** The rows of the tasks' table. Pure. */
import type { TaskState } from '@/gql/graphql';
import type { Task } from '../live/model';
import { nameOf } from '../progress';

/** In the order of interest. */
export const TASK_STATES = [
  'FAILED',
  'TIMED_OUT',
  'RETRYING',
  'RUNNING',
  'PENDING',
  'SUCCEEDED',
  'CACHED',
  'SKIPPED',
  'CANCELLED',
] as const satisfies readonly TaskState[];

export const SORTS = ['order', 'name', 'attempt', 'started', 'duration'] as const;

export interface TaskWish {
  states: readonly TaskState[];
  text: string;
  sort: (typeof SORTS)[number];
}

/** States that some task is in. */
export function countsOf(tasks: readonly Task[]): [TaskState, number][] {
  const counts = new Map<TaskState, number>();
  for (const { state } of tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
  return TASK_STATES.flatMap((state) => (counts.has(state) ? [[state, counts.get(state)!] as [TaskState, number]] : []));
}

/** Without mapped tasks whose items are there: those are the tasks that are counted. */
export function counted(tasks: readonly Task[]): Task[] {
  const mapped = new Set(tasks.map(({ parent }) => parent));
  return tasks.filter(({ key }) => !mapped.has(key));
}

export function isFound(task: Task, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return !wanted || task.key.toLowerCase().includes(wanted) || nameOf(task).toLowerCase().includes(wanted);
}

export function sorted(tasks: readonly Task[], { states, text, sort }: TaskWish): Task[] {
  const wanted = states.length === 0 ? tasks : counted(tasks).filter(({ state }) => states.includes(state));
  const rows = wanted.filter((task) => isFound(task, text));
  return sort === 'order' ? rows : rows.sort(COMPARE[sort]);
}

const LAST = Number.POSITIVE_INFINITY;

/** What has not begun has no duration yet. */
function lengthOf({ startedAt, finishedAt }: Task): number {
  if (startedAt === null) return -1;
  return finishedAt === null ? Date.now() - startedAt : finishedAt - startedAt;
}

const COMPARE: Record<Exclude<TaskWish['sort'], 'order'>, (one: Task, other: Task) => number> = {
  name: (one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }) || (one.mapIndex ?? -1) - (other.mapIndex ?? -1),
  attempt: (one, other) => other.attempt - one.attempt,
  started: (one, other) => (one.startedAt ?? LAST) - (other.startedAt ?? LAST) || 0,
  duration: (one, other) => lengthOf(other) - lengthOf(one),
};
