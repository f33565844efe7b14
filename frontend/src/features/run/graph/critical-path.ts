/** The chain of tasks that decided how long the run took: backwards from the one that ended last,
 *  each time over what it waited for longest. Pure. */
import type { Task } from '../live/model';

export function criticalPath(tasks: ReadonlyMap<string, Task>): ReadonlySet<string> {
  const path = new Set<string>();
  let next = latest([...tasks.values()].filter(({ parent, startedAt }) => parent === null && startedAt !== null));
  while (next && !path.has(next.key)) {
    path.add(next.key);
    next = latest(next.dependsOn.flatMap((key) => tasks.get(key) ?? []).filter(({ startedAt }) => startedAt !== null));
  }
  return path;
}

/** What still runs ends later than all that has ended; of two that run, the one that began first. */
function latest(tasks: readonly Task[]): Task | null {
  let found: Task | null = null;
  for (const task of tasks) if (!found || isLater(task, found)) found = task;
  return found;
}

function isLater(one: Task, other: Task): boolean {
  if (one.finishedAt === null || other.finishedAt === null) {
    if (one.finishedAt !== other.finishedAt) return one.finishedAt === null;
    return (one.startedAt ?? 0) < (other.startedAt ?? 0);
  }
  return one.finishedAt > other.finishedAt;
}
