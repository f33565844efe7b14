import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

/** Wide tables scroll inside their own frame, never the page. */
export function Table({ className, label, ...props }: ComponentProps<'table'> & { label: string }) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className="relative overflow-x-auto rounded-lg border border-line bg-surface">
      <table {...props} aria-label={label} className={cn('w-full border-collapse text-left', className)} />
    </div>
  );
}

export function Th({ className, ...props }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      {...props}
      className={cn('h-9 border-b border-line px-3 text-xs font-medium whitespace-nowrap text-soft', className)}
    />
  );
}

export function Tr({ className, ...props }: ComponentProps<'tr'>) {
  return <tr {...props} className={cn('border-b border-line last:border-0 hover:bg-hover/60', className)} />;
}

export function Td({ className, ...props }: ComponentProps<'td'>) {
  return <td {...props} className={cn('h-9 px-3 whitespace-nowrap', className)} />;
}
