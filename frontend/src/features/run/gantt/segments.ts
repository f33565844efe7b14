/** What a task did when: waited, ran, waited for its next attempt. Pure; times are milliseconds. */
import type { RunEvent, Task } from '../live/model';

export interface Segment {
  kind: 'wait' | 'run' | 'pause';
  from: number;
  to: number;
  attempt: number;
  /** Of an attempt that was not the last: it failed. */
  failed: boolean;
  /** Goes on. */
  open: boolean;
}

/** When all that the task waits for had ended; null while something is still to come. */
export function readyAt(task: Task, tasks: ReadonlyMap<string, Task>, runStart: number | null): number | null {
  let ready = runStart;
  for (const key of task.dependsOn) {
    const before = tasks.get(key);
    if (!before) continue;
    if (before.finishedAt === null) return null;
    ready = Math.max(ready ?? before.finishedAt, before.finishedAt);
  }
  return ready;
}

/** When the next attempt of a task that failed is due; null while none is awaited. After it, the
 *  task waits for a slot. */
export function retryDueAt(task: Task, history: readonly RunEvent[]): number | null {
  if (task.state !== 'RETRYING') return null;
  const failed = history.findLast(({ type }) => type === 'TASK_RETRYING');
  if (!failed) return null;
  const { delayMs = 0 } = (failed.data ?? {}) as { delayMs?: number };
  return Date.parse(failed.at) + delayMs;
}

/** The time of all its attempts, without what lay between them. */
export function ranFor(segments: readonly Segment[]): number {
  return segments.reduce((sum, { kind, from, to }) => (kind === 'run' ? sum + to - from : sum), 0);
}

interface Given {
  tasks: ReadonlyMap<string, Task>;
  history: readonly RunEvent[];
  runStart: number | null;
  now: number;
}

export function segmentsOf(task: Task, { tasks, history, runStart, now }: Given): Segment[] {
  const ready = readyAt(task, tasks, runStart);
  const start = task.startedAt;
  const waits: Segment[] = [];
  const waitEnd = start ?? (task.finishedAt === null ? now : null);
  if (ready !== null && waitEnd !== null && waitEnd > ready) {
    waits.push({ kind: 'wait', from: ready, to: waitEnd, attempt: 0, failed: false, open: start === null });
  }
  if (start === null) return waits;
  return [...waits, ...attemptsOf(task, history, start, now)];
}

function attemptsOf(task: Task, history: readonly RunEvent[], start: number, now: number): Segment[] {
  const end = task.finishedAt ?? now;
  const found: Segment[] = [];
  let from = start;
  let attempt = 1;
  let paused: number | null = null;
  for (const event of history) {
    const at = Date.parse(event.at);
    if (event.type === 'TASK_RETRYING') {
      found.push({ kind: 'run', from, to: at, attempt, failed: true, open: false });
      paused = at;
    } else if (event.type === 'TASK_STARTED') {
      if (paused !== null) found.push({ kind: 'pause', from: paused, to: at, attempt, failed: false, open: false });
      // After a crash the task begins again without a word about the attempt that was lost.
      else if (at > from) found.push({ kind: 'run', from, to: at, attempt, failed: true, open: false });
      paused = null;
      from = at;
      attempt = event.attempt;
    }
  }
  const open = task.finishedAt === null;
  const last = { from: paused ?? from, to: Math.max(end, paused ?? from), attempt, failed: false, open };
  found.push({ ...last, kind: paused === null ? 'run' : 'pause' });
  return found;
}
