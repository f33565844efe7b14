'use client';
import { useEffect, useRef, type ComponentProps } from 'react';
import { cn } from '@/lib/cn';

interface CheckboxProps extends Omit<ComponentProps<'input'>, 'type' | 'ref'> {
  /** Some of many. */
  indeterminate?: boolean;
}

export function Checkbox({ indeterminate = false, className, ...props }: CheckboxProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = indeterminate;
  }, [indeterminate]);
  return <input {...props} ref={input} type="checkbox" className={cn('size-4 accent-accent-solid', className)} />;
}

export function Switch({ className, ...props }: Omit<ComponentProps<'input'>, 'type'>) {
  return (
    <input
      {...props}
      type="checkbox"
      role="switch"
      className={cn(
        'relative h-4.5 w-8 shrink-0 appearance-none rounded-full bg-line-strong transition-colors',
        'before:absolute before:top-0.5 before:left-0.5 before:size-3.5 before:rounded-full before:bg-white before:transition-transform',
        'checked:bg-accent-solid checked:before:translate-x-3.5 disabled:opacity-55',
        className,
      )}
    />
  );
}
