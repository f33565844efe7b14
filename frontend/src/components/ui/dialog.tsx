'use client';
/** Windows over the page. Load what holds one lazily: Radix's dialog is 15 KB of every page else. */
import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Button } from './button';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  /** The row of buttons below. */
  footer?: ReactNode;
  /** How wide; `md` if left out, and never wider than the window. */
  size?: 'sm' | 'md' | 'lg' | 'xl';
}

const WIDTHS = { sm: 400, md: 520, lg: 680, xl: 960 } as const;
const SHEET_WIDTHS = { sm: 288, md: 560, lg: 720, xl: 960 } as const;

const overlay = 'fixed inset-0 z-50 animate-pop bg-black/40 backdrop-blur-[1px]';

export function Dialog({ footer, children, size = 'md', ...head }: DialogProps) {
  return (
    <Primitive.Root open={head.open} onOpenChange={head.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlay} />
        <Primitive.Content
          {...undescribed(head)}
          style={{ width: `min(${WIDTHS[size]}px, calc(100vw - 24px))` }}
          className="fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100dvh-32px)] -translate-1/2 animate-pop flex-col rounded-xl border border-line bg-raised shadow-pop outline-none"
        >
          <Head {...head} />
          {children && <div className="overflow-y-auto px-5 pb-4">{children}</div>}
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function Sheet({ side = 'right', footer, children, size = 'md', ...head }: DialogProps & { side?: 'left' | 'right' }) {
  return (
    <Primitive.Root open={head.open} onOpenChange={head.onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={overlay} />
        <Primitive.Content
          {...undescribed(head)}
          style={{ width: `min(${SHEET_WIDTHS[size]}px, 100vw)` }}
          className={cn(
            'fixed inset-y-0 z-50 flex animate-slide flex-col border-line bg-raised shadow-pop outline-none',
            side === 'right' ? 'right-0 border-l' : 'left-0 border-r [--slide-from:-24px]',
          )}
        >
          <Head {...head} />
          <div className="min-h-0 flex-1 overflow-y-auto px-5 pb-5">{children}</div>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Radix warns of a missing description unless it is told that there is none. */
function undescribed({ description }: DialogProps) {
  return description ? {} : { 'aria-describedby': undefined };
}

function Head({ title, description }: DialogProps) {
  return (
    <div className="flex items-start gap-3 px-5 pt-4 pb-3">
      <div className="min-w-0 flex-1">
        <Primitive.Title className="text-lg font-semibold">{title}</Primitive.Title>
        {description && <Primitive.Description className="mt-1 text-soft">{description}</Primitive.Description>}
      </div>
      <Primitive.Close asChild>
        <Button variant="ghost" size="sm" aria-label="Close" className="w-7 px-0!">
          <X aria-hidden />
        </Button>
      </Primitive.Close>
    </div>
  );
}
