/** A bulk operation in words. Pure. */
import type { BulkAction, BulkProgressFragment } from '@/gql/graphql';
import { count, plural } from '@/lib/format';

const DOING: Record<BulkAction, string> = {
  CANCEL: 'Cancelling',
  RETRY_FROM_START: 'Retrying',
  RETRY_FROM_FAILED: 'Retrying',
};
const DONE: Record<BulkAction, string> = {
  CANCEL: 'Cancelled',
  RETRY_FROM_START: 'Retried',
  RETRY_FROM_FAILED: 'Retried',
};

export interface Said {
  kind: 'message' | 'success' | 'error';
  text: string;
  description?: string;
  /** What can still be taken back, or stopped. */
  action: 'Undo' | 'Stop' | null;
}

export function inWords(operation: BulkProgressFragment, now: number): Said {
  const { state, action, total, done, skipped, failed } = operation;
  if (state === 'WAITING') {
    const seconds = Math.max(0, Math.ceil((Date.parse(operation.startsAt) - now) / 1000));
    return { kind: 'message', text: `${DOING[action]} ${plural(total, 'run')} in ${seconds} s`, action: 'Undo' };
  }
  const through = done + skipped + failed;
  if (state === 'RUNNING') {
    return { kind: 'message', text: `${DOING[action]}: ${count(through)} of ${plural(total, 'run')}`, action: 'Stop' };
  }
  if (state === 'FAILED') {
    return { kind: 'error', text: 'Bulk action failed', description: operation.reason?.message, action: null };
  }
  if (state === 'CANCELLED') {
    const text = through === 0 ? 'Undone: no runs were changed' : `Stopped after ${count(through)} of ${plural(total, 'run')}`;
    return { kind: 'message', text, action: null };
  }
  return {
    kind: failed > 0 ? 'error' : 'success',
    text: `${DONE[action]} ${plural(done, 'run')}`,
    description: leftOver(operation),
    action: null,
  };
}

/** Why some were left as they are. */
function leftOver({ skipped, failed, problems }: BulkProgressFragment): string | undefined {
  const parts = [
    skipped > 0 && `${plural(skipped, 'run')} had nothing to do`,
    failed > 0 && `${count(failed)} failed: ${problems.map(({ run, message }) => `${run}: ${message}`).slice(0, 3).join(' ')}`,
  ].filter(Boolean);
  return parts.length > 0 ? `${parts.join('; ')}` : undefined;
}

export const isOver = ({ state }: BulkProgressFragment): boolean => state !== 'WAITING' && state !== 'RUNNING';
