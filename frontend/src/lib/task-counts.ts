/** How many tasks a run has, and how they went, in the words of every page. Items of a mapped task
 *  are tasks; once it knows them, it does not count on top. Pure. */
import { count, plural } from './format';

/** As the server counts them. */
export interface TaskCounts {
  total: number;
  /** They have a result. */
  done: number;
  /** They have not ended. */
  left: number;
  failed: number;
  timedOut: number;
  skipped: number;
  cancelled: number;
}

/** `253 of 300 tasks`, and what became of the others. */
export function inWords(counts: TaskCounts): string {
  const { done, total, failed, timedOut, skipped, cancelled } = counts;
  const others: [number, string][] = [
    [failed, 'failed'],
    [timedOut, 'timed out'],
    [skipped, 'skipped'],
    [cancelled, 'cancelled'],
  ];
  const told = others.filter(([number]) => number > 0).map(([number, word]) => `${count(number)} ${word}`);
  return [`${count(done)} of ${plural(total, 'task')}`, ...told].join(', ');
}
