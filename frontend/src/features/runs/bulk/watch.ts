/** Follows a bulk operation in a toast, wherever the viewer goes meanwhile. */
import { BulkOperationProgressDocument, StopBulkOperationDocument, type BulkProgressFragment } from '@/gql/graphql';
import { asGqlError, gql } from '@/lib/gql';
import { follow } from '@/lib/live';
import { toast } from '@/lib/toast';
import { inWords, isOver } from './progress';

const TICK_MS = 1000;
const STAYS_MS = 8000;

/** `onEnd` when all is done, stopped or undone. */
export function watchBulk(first: BulkProgressFragment, onEnd: () => void): void {
  let latest = first;
  const draw = () => {
    const { kind, text, description, action } = inWords(latest, Date.now());
    toast[kind](text, {
      id: latest.id,
      description,
      durationMs: isOver(latest) ? STAYS_MS : Number.POSITIVE_INFINITY,
      action: action ? { label: action, onClick: () => void stop(latest.id), keep: true } : undefined,
    });
  };
  // The seconds that are left to undo it.
  const timer = setInterval(() => latest.state === 'WAITING' && draw(), TICK_MS);
  const end = () => {
    clearInterval(timer);
    leave();
  };
  const leave = follow(BulkOperationProgressDocument, () => ({ id: first.id }), {
    onNext: ({ bulkOperation }) => {
      latest = bulkOperation;
      draw();
      if (!isOver(latest)) return;
      end();
      onEnd();
    },
    onError: (error) => {
      end();
      toast.error(error.message, { id: first.id });
    },
  });
  draw();
}

async function stop(id: string): Promise<void> {
  try {
    await gql(StopBulkOperationDocument, { id });
  } catch (problem) {
    toast.error(asGqlError(problem).message);
  }
}
