/** The small still pieces: cards, badges, lines, keys, bones of what loads, bars. */
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

export function Card({ className, ...props }: ComponentProps<'section'>) {
  return <section {...props} className={cn('min-w-0 rounded-lg border border-line bg-surface', className)} />;
}

export function CardHeader({ title, actions }: { title: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
      <h2 className="font-semibold">{title}</h2>
      {actions}
    </div>
  );
}

export function Badge({ className, ...props }: ComponentProps<'span'>) {
  return (
    <span
      {...props}
      className={cn(
        'inline-flex h-5 max-w-full items-center gap-1 rounded bg-hover px-1.5 text-xs whitespace-nowrap text-soft [&_svg]:size-3',
        className,
      )}
    />
  );
}

export function Separator({ className }: { className?: string }) {
  return <hr className={cn('border-t border-line', className)} />;
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded border border-line-strong bg-page px-1 font-sans text-2xs text-soft">
      {children}
    </kbd>
  );
}

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cn('block animate-pulse rounded bg-hover', className)} />;
}

/** The bones of a list. */
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="grid gap-2">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-9" />
      ))}
    </div>
  );
}

export function Progress({ value, max = 1, label, className }: { value: number; max?: number; label: string; className?: string }) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
      className={cn('h-1.5 overflow-hidden rounded-full bg-hover', className)}
    >
      <div className="h-full rounded-full bg-accent-solid" style={{ width: `${share * 100}%` }} />
    </div>
  );
}
