'use client';
import { useId, type ReactNode } from 'react';
import { cn } from '@/lib/cn';

interface ToggleGroupProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  /** `name` is read aloud where `label` is only an icon. */
  options: readonly { value: Value; label: ReactNode; name?: string }[];
  className?: string;
}

/** One of a few, side by side; arrow keys move, as radio buttons do. */
export function ToggleGroup<Value extends string>({ label, value, onChange, options, className }: ToggleGroupProps<Value>) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className={cn('inline-flex rounded-md border border-line-strong bg-page p-0.5', className)}>
      {options.map((option) => (
        <label
          key={option.value}
          title={option.name}
          className="inline-flex h-6.5 items-center gap-1.5 rounded px-2 text-xs font-medium text-soft has-checked:bg-surface has-checked:text-text has-checked:shadow-[0_0_0_1px_var(--line-strong)] has-focus-visible:outline-2 has-focus-visible:outline-accent [&_svg]:size-4"
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            aria-label={option.name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}
