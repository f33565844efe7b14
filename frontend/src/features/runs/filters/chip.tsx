'use client';
/** A filter as a button: what it narrows, and to what; it opens what changes it. */
import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/cn';

interface ChipProps extends Omit<ComponentProps<typeof Button>, 'name' | 'value'> {
  name: string;
  /** What is chosen, in words; null where it narrows nothing. */
  value: string | null;
}

export const activeStyle = 'border-accent! bg-accent-soft!';

export function Chip({ name, value, className, ...props }: ChipProps) {
  return (
    <Button {...props} size="sm" className={cn('max-w-64', value && activeStyle, className)}>
      <span className="truncate">
        {value ? <span className="text-soft">{name}: </span> : name}
        {value}
      </span>
      <ChevronDown aria-hidden className="size-3.5! text-soft" />
    </Button>
  );
}
