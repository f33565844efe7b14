'use client';
/** Asks before a flow is archived, and archives it. Load it lazily. */
import { useSetFlowStatus } from './use-flow-status';
import { ConfirmDialog } from './confirm-dialog';

export default function ArchiveFlow({ name, onDone }: { name: string; onDone: () => void }) {
  const { set, isPending } = useSetFlowStatus();
  return (
    <ConfirmDialog open onOpenChange={(open) => !open && onDone()} title={`Archive ${name}?`} confirm="Archive flow" busy={isPending} onConfirm={() => set(name, 'INACTIVE', onDone)}>
      <p>No version of an archived flow can start runs, including versions deployed later. Runs in progress continue, and past runs stay available. You can restore the flow at any time.</p>
    </ConfirmDialog>
  );
}
