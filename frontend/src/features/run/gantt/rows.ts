/** The rows of the Gantt chart, and how busy the run was over time. Pure. */
import type { Task } from '../live/model';
import { lengthOf, type Span } from './scale';

export interface GanttRow {
  task: Task;
  depth: 0 | 1;
  /** Of a mapped task: how many children there are, and whether they are shown. */
  children: number;
  isOpen: boolean;
}

/** By their start, then those that still wait, in the flow's order; children below their parent. */
export function rowsOf(tops: readonly Task[], children: ReadonlyMap<string, readonly Task[]>, open: ReadonlySet<string>): GanttRow[] {
  const last = Number.POSITIVE_INFINITY;
  const ordered = [...tops].sort((one, other) => (one.startedAt ?? last) - (other.startedAt ?? last) || 0);
  return ordered.flatMap((task) => {
    const own = children.get(task.key) ?? [];
    const isOpen = own.length > 0 && open.has(task.key);
    const row: GanttRow = { task, depth: 0, children: own.length, isOpen };
    return isOpen ? [row, ...own.map((child): GanttRow => ({ task: child, depth: 1, children: 0, isOpen: false }))] : [row];
  });
}

/** How many tasks ran in each of `count` equal parts of the time; mapped ones by their children. */
export function loadOf(tasks: ReadonlyMap<string, Task>, whole: Span, count: number, now: number): number[] {
  const changes = Array<number>(count + 1).fill(0);
  const place = (at: number) => Math.min(count - 1, Math.max(0, Math.floor(((at - whole.from) / lengthOf(whole)) * count)));
  for (const { startedAt, finishedAt, mapCount } of tasks.values()) {
    if (startedAt === null || mapCount !== null) continue;
    changes[place(startedAt)]! += 1;
    changes[place(finishedAt ?? now) + 1]! -= 1;
  }
  let running = 0;
  return changes.slice(0, count).map((change) => (running += change));
}
