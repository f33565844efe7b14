'use client';
/** Starts a run: which deployment, with which values, on which engine. Weighs nothing until opened. */
import { lazy, Suspense } from 'react';

export interface RunDialogProps {
  /** Left out: the dialog asks for it. */
  deploymentName?: string;
  /** Only deployments of this flow are offered. */
  flowName?: string;
  /** Values to begin with, as those of a run that is done again. */
  initialParameters?: Record<string, unknown>;
  initialExecutor?: string;
  open: boolean;
  /** A promise is waited for before the run's page opens: of two changes of the address at once, one
   *  would be lost. */
  onOpenChange: (open: boolean) => unknown;
}

const Dialog = lazy(() => import('./dialog'));

export function RunDialog(props: RunDialogProps) {
  if (!props.open) return null;
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}
