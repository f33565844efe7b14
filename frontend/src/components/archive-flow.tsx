'use client';
/** Asks before a flow is archived, and archives it. Load it lazily. */
import { useSetFlowStatus } from './use-flow-status';
import { ConfirmDialog } from './confirm-dialog';

export default function ArchiveFlow({ name, onDone }: { name: string; onDone: () => void }) {
  const { set, isPending } = useSetFlowStatus();
  return (
    <ConfirmDialog open onOpenChange={(open) => !open && onDone()} title={`Archive ${name}?`} confirm="Archive the flow" busy={isPending} onConfirm={() => set(name, 'INACTIVE', onDone)}>
      <p>All its versions start no more runs, nor do those deployed later. Runs that are there go on, and stay to be read. You can restore it at any time.</p>
    </ConfirmDialog>
  );
}
