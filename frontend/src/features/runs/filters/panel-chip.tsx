'use client';
/** A filter whose panel loads when it is first opened. */
import { Suspense, useState, type ReactNode } from 'react';
import { Popover } from '@/components/ui/popover';
import { Skeleton } from '@/components/ui/surfaces';
import { Chip } from './chip';

interface PanelChipProps {
  name: string;
  value: string | null;
  /** Of the panel, for screen readers. */
  label: string;
  className: string;
  children: (close: () => void) => ReactNode;
}

export function PanelChip({ name, value, label, className, children }: PanelChipProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover label={label} open={open} onOpenChange={setOpen} className={className} trigger={<Chip name={name} value={value} />}>
      <Suspense fallback={<Skeleton className="h-24" />}>{children(() => setOpen(false))}</Suspense>
    </Popover>
  );
}
