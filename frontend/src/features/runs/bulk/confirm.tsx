'use client';
/** Asked before something is done to runs that are not all on the screen. */
import { ConfirmDialog } from '@/components/confirm-dialog';
import type { BulkAction } from '@/gql/graphql';

const VERBS: Record<BulkAction, string> = {
  CANCEL: 'Cancel',
  RETRY_FROM_START: 'Retry from start',
  RETRY_FROM_FAILED: 'Retry from failed',
};
const EFFECTS: Record<BulkAction, string> = {
  CANCEL: 'Queued and running runs are stopped. Finished runs are left as they are.',
  RETRY_FROM_START: 'Each finished run is started again as a new run, from its first task.',
  RETRY_FROM_FAILED: 'Each failed run is started again as a new run that reuses the results it already has.',
};

interface BulkConfirmProps {
  action: BulkAction;
  what: string;
  busy: boolean;
  onClose: () => void;
  onConfirm: () => void;
}

export function BulkConfirm({ action, what, busy, onClose, onConfirm }: BulkConfirmProps) {
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`${VERBS[action]}: ${what}?`}
      confirm={VERBS[action]}
      danger={action === 'CANCEL'}
      busy={busy}
      onConfirm={onConfirm}
    >
      <p>{EFFECTS[action]}</p>
      <p className="mt-2 text-soft">It starts in five seconds. You can undo it until then, and stop it while it runs.</p>
    </ConfirmDialog>
  );
}
