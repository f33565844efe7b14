import { useId, type ComponentProps, type ReactNode } from 'react';
import { cn } from '@/lib/cn';

export const fieldStyle =
  'w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-text disabled:opacity-55 aria-invalid:border-bad';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input {...props} className={cn(fieldStyle, 'h-8', className)} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea rows={4} {...props} className={cn(fieldStyle, 'py-1.5', className)} />;
}

/** The system's own list: light, and at home on a phone. */
export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select {...props} className={cn(fieldStyle, 'h-8 pr-7', className)} />;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** Shown below in place of the hint, and told to screen readers. */
  error?: string;
  /** Gets what the control needs: `<Field label="Name">{(field) => <Input {...field} />}</Field>`. */
  children: (field: { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string }) => ReactNode;
}

export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="grid content-start gap-1">
      <label htmlFor={id} className="text-xs font-medium text-soft">
        {label}
      </label>
      {children({
        id,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': note ? `${id}-note` : undefined,
      })}
      {note && (
        <p id={`${id}-note`} role={error ? 'alert' : undefined} className={cn('text-xs', error ? 'text-bad' : 'text-soft')}>
          {note}
        </p>
      )}
    </div>
  );
}
