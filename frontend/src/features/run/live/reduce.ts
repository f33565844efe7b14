/** Folds what was read and what is told into one picture. Pure; events may come late, twice, or
 *  before the rows that they are about: the newest word about a task wins. */
import type { RunState } from '@/gql/graphql';
import { isTerminal } from '@/lib/states';
import { parentOf, plannedTask, taskOf, time, type Run, type RunEvent, type RunModel, type Task } from './model';

/** A fresh reading of the run. Rows that an event already went beyond stay as they are. */
export function withRows(model: RunModel, run: Run): RunModel {
  const tasks = new Map<string, Task>();
  for (const row of run.taskRuns.nodes) {
    const read = taskOf(row);
    const known = model.tasks.get(row.key);
    tasks.set(row.key, known ? newest(read, known) : read);
  }
  for (const [key, task] of model.tasks) if (!tasks.has(key) && task.sequence > 0) tasks.set(key, task);
  const asOf = Math.max(time(run.queuedAt) ?? 0, time(run.startedAt) ?? 0, time(run.finishedAt) ?? 0);
  const isAhead = model.sequence > 0 && isTerminal(model.state);
  return { ...model, tasks, asOf, state: isAhead ? model.state : run.state };
}

function newest(read: Task, known: Task): Task {
  const isOlder = known.sequence > 0 && (moment(read) < moment(known) || (isTerminal(known.state) && !isTerminal(read.state)));
  if (isOlder) return { ...known, id: read.id, name: read.name, dependsOn: read.dependsOn };
  const next = { ...read, mapCount: known.mapCount, sequence: known.sequence };
  return isSame(next, known) ? known : next;
}

/** Unchanged tasks keep their identity, so that what draws them is not drawn again. */
function isSame(one: Task, other: Task): boolean {
  return (
    one.id === other.id &&
    one.state === other.state &&
    one.attempt === other.attempt &&
    one.startedAt === other.startedAt &&
    one.finishedAt === other.finishedAt &&
    one.reason === other.reason &&
    one.error?.message === other.error?.message &&
    one.mapCount === other.mapCount
  );
}

const moment = ({ startedAt, finishedAt }: Task): number => finishedAt ?? startedAt ?? 0;

export function withEvents(model: RunModel, batch: readonly RunEvent[]): RunModel {
  const known = new Set(batch.length > 0 ? overlap(model.events, batch) : []);
  const fresh: RunEvent[] = [];
  for (const event of batch) {
    if (known.has(event.sequence)) continue;
    known.add(event.sequence);
    fresh.push(event);
  }
  if (fresh.length === 0) return model;
  const tasks = new Map(model.tasks);
  const history = new Map(model.history);
  let { state, sequence } = model;
  for (const event of fresh.sort(bySequence)) {
    if (event.taskKey != null && event.type !== 'RUN_FINISHED') {
      history.set(event.taskKey, inOrder(history.get(event.taskKey) ?? [], [event]));
      if (event.taskState) moveTask(tasks, event);
    } else if (event.sequence > sequence) {
      state = nextRunState(state, event, model.asOf);
      sequence = event.sequence;
    }
  }
  return { ...model, tasks, history, state, sequence, events: inOrder(model.events, fresh) };
}

const bySequence = (one: RunEvent, other: RunEvent): number => one.sequence - other.sequence;

/** Numbers of events that may be in the batch too. */
function overlap(events: readonly RunEvent[], batch: readonly RunEvent[]): number[] {
  const first = batch.reduce((least, { sequence }) => Math.min(least, sequence), Number.POSITIVE_INFINITY);
  const found: number[] = [];
  for (let at = events.length - 1; at >= 0 && events[at]!.sequence >= first; at -= 1) found.push(events[at]!.sequence);
  return found;
}

/** Both are in order; nearly always the second simply follows the first. */
function inOrder(events: readonly RunEvent[], fresh: readonly RunEvent[]): readonly RunEvent[] {
  const last = events.at(-1);
  const joined = [...events, ...fresh];
  return !last || !fresh[0] || fresh[0].sequence > last.sequence ? joined : joined.sort(bySequence);
}

const RANK: Record<RunState, number> = {
  QUEUED: 0,
  RUNNING: 1,
  CANCELLING: 2,
  SUCCEEDED: 3,
  FAILED: 3,
  CANCELLED: 3,
  CRASHED: 3,
  TIMED_OUT: 3,
};

/** States go forward; only a crash puts a run back into the queue. */
function nextRunState(state: RunState, event: RunEvent, asOf: number): RunState {
  if (isTerminal(state)) return state;
  if (RANK[event.runState] > RANK[state]) return event.runState;
  const isBack = event.type === 'RUN_REQUEUED' && (time(event.at) ?? 0) > asOf;
  return isBack ? event.runState : state;
}

function moveTask(tasks: Map<string, Task>, event: RunEvent): void {
  const key = event.taskKey!;
  const task = tasks.get(key) ?? unread(key, tasks);
  const moved = movedBy(task, event);
  if (moved !== task || !tasks.has(key)) tasks.set(key, moved);
}

/** A child of a mapped task, or one that a newer flow has: its row is read later. */
function unread(key: string, tasks: ReadonlyMap<string, Task>): Task {
  const parent = parentOf(key);
  const of = parent === null ? undefined : tasks.get(parent);
  const planned = plannedTask(key, of?.name ?? parent ?? key, of?.dependsOn ?? []);
  return parent === null ? planned : { ...planned, parent, mapIndex: Number.parseInt(key.slice(parent.length + 1), 10) };
}

function movedBy(task: Task, event: RunEvent): Task {
  const state = event.taskState!;
  const at = time(event.at)!;
  const count = event.type === 'TASK_MAPPED' ? (event.data as { count?: number } | null)?.count : undefined;
  const mapped = count === undefined ? task : { ...task, mapCount: count };
  const isStale = task.sequence > 0 ? event.sequence <= task.sequence : isBefore(task, at, isTerminal(state));
  if (isStale) return mapped;
  const data = event.data as { error?: Task['error']; reason?: string } | null;
  return {
    ...mapped,
    state,
    attempt: Math.max(mapped.attempt, event.attempt),
    startedAt: state === 'RUNNING' ? (mapped.startedAt ?? at) : mapped.startedAt,
    finishedAt: isTerminal(state) ? at : null,
    error: data?.error ?? null,
    reason: data?.reason ?? null,
    sequence: event.sequence,
  };
}

/** Whether what was read of the task already says what happened at that moment, or later. */
function isBefore(task: Task, at: number, ends: boolean): boolean {
  const read = moment(task);
  if (isTerminal(task.state)) return at < read || (at === read && !ends);
  return at < read;
}
