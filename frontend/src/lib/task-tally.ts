/** The tasks of a run in the five groups that people ask for. Pure. */
import type { TaskTallyFragment } from '@/gql/graphql';
import { count, plural } from './format';

export interface Tally {
  total: number;
  /** Cached results included. */
  succeeded: number;
  /** Timed out included. */
  failed: number;
  skipped: number;
  cancelled: number;
  left: number;
}

export function tallyOf(counts: TaskTallyFragment): Tally {
  const tally = {
    succeeded: counts.succeeded + counts.cached,
    failed: counts.failed + counts.timedOut,
    skipped: counts.skipped,
    cancelled: counts.cancelled,
    left: counts.pending + counts.running + counts.retrying,
  };
  return { ...tally, total: Object.values(tally).reduce((sum, one) => sum + one, 0) };
}

const OTHERS = ['failed', 'skipped', 'cancelled', 'left'] as const;

/** `253 of 300 tasks succeeded, 1 failed, 46 cancelled`. */
export function tallyInWords(tally: Tally): string {
  const others = OTHERS.filter((group) => tally[group] > 0).map((group) => `${count(tally[group])} ${group}`);
  return [`${count(tally.succeeded)} of ${plural(tally.total, 'task')} succeeded`, ...others].join(', ');
}
