import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Button, type ButtonProps } from './button';
import { Tooltip } from './tooltip';

interface IconButtonProps extends Omit<ButtonProps, 'aria-label' | 'title'> {
  /** Read aloud, and shown on hover. */
  label: string;
  children: ReactNode;
}

const SIZES = { sm: 'w-7', md: 'w-8', lg: 'w-10' } as const;

export function IconButton({ label, size, variant = 'ghost', className, ...props }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <Button
        {...props}
        variant={variant}
        size={size}
        aria-label={label}
        className={cn('px-0!', SIZES[size ?? 'md'], className)}
      />
    </Tooltip>
  );
}
