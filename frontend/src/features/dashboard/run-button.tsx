'use client';
import { Play } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { RunDialog } from '@/features/run-dialog';

export function RunButton({ deploymentName }: { deploymentName: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" aria-label={`Run ${deploymentName}`} onClick={() => setOpen(true)}>
        <Play aria-hidden /> Run
      </Button>
      <RunDialog deploymentName={deploymentName} open={open} onOpenChange={setOpen} />
    </>
  );
}

export function RunAFlow() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="primary" onClick={() => setOpen(true)}>
        <Play aria-hidden /> Run a flow
      </Button>
      <RunDialog open={open} onOpenChange={setOpen} />
    </>
  );
}
