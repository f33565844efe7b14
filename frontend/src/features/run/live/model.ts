/** A run's tasks and events, as the page holds them. Times are milliseconds. */
import type { RunDetailEventsSubscription, RunDetailQuery, RunState, TaskState } from '@/gql/graphql';

export type Run = NonNullable<RunDetailQuery['run']>;
export type RunEvent = RunDetailEventsSubscription['runEvents'];

export interface TaskProblem {
  code: string;
  message: string;
  type?: string | null;
}

export interface Task {
  key: string;
  /** Unknown for one that has begun since the tasks were read. */
  id: string | null;
  name: string;
  state: TaskState;
  attempt: number;
  /** Of a mapped task's child: its place, and the key of the task that was mapped. */
  mapIndex: number | null;
  parent: string | null;
  startedAt: number | null;
  finishedAt: number | null;
  dependsOn: readonly string[];
  reason: string | null;
  error: TaskProblem | null;
  /** How many a mapped task was to become. */
  mapCount: number | null;
  /** Of the last event that moved it; 0 where what was read is the newest. */
  sequence: number;
}

export interface RunModel {
  state: RunState;
  tasks: ReadonlyMap<string, Task>;
  /** By sequence, each once. */
  events: readonly RunEvent[];
  /** The events of each task. */
  history: ReadonlyMap<string, readonly RunEvent[]>;
  /** Of the newest event that moved the run. */
  sequence: number;
  /** When what was read of the run last changed: events before it say nothing new of the run. */
  asOf: number;
}

export const time = (at: string | null | undefined): number | null => (at == null ? null : Date.parse(at));

export function parentOf(key: string): string | null {
  const at = key.indexOf('[');
  return at < 0 ? null : key.slice(0, at);
}

export function taskOf(row: Run['taskRuns']['nodes'][number]): Task {
  return {
    key: row.key,
    id: row.id,
    name: row.name,
    state: row.state,
    attempt: row.attempt,
    mapIndex: row.mapIndex ?? null,
    parent: row.mapIndex == null ? null : parentOf(row.key),
    startedAt: time(row.startedAt),
    finishedAt: time(row.finishedAt),
    dependsOn: row.dependsOn,
    reason: row.reason ?? null,
    error: row.error ?? null,
    mapCount: null,
    sequence: 0,
  };
}

/** One that a flow's plan names, before any worker has taken the run. */
export function plannedTask(key: string, name: string, dependsOn: readonly string[]): Task {
  return {
    key,
    id: null,
    name,
    state: 'PENDING',
    attempt: 0,
    mapIndex: null,
    parent: null,
    startedAt: null,
    finishedAt: null,
    dependsOn,
    reason: null,
    error: null,
    mapCount: null,
    sequence: 0,
  };
}

export const EMPTY: RunModel = {
  state: 'QUEUED',
  tasks: new Map(),
  events: [],
  history: new Map(),
  sequence: 0,
  asOf: 0,
};
