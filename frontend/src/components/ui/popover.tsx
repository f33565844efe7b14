'use client';
import { useState, type HTMLAttributes, type ReactElement, type ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Floating, type Align } from './floating';

interface PopoverProps {
  /** A Button. */
  trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  children: ReactNode;
  /** What it is, for screen readers. */
  label: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: Align;
  className?: string;
}

/** Opens by its trigger; give `open` and `onOpenChange` to close it from inside. */
export function Popover({ open, onOpenChange, className, ...props }: PopoverProps) {
  const [own, setOwn] = useState(false);
  return (
    <Floating
      {...props}
      role="dialog"
      open={open ?? own}
      onOpenChange={onOpenChange ?? setOwn}
      className={cn('max-w-[calc(100vw-16px)]', className ?? 'p-3')}
    />
  );
}
