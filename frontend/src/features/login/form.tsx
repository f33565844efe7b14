'use client';
/** What the forms of the entrance share: fields, the error above the button, the wait after too many tries. */
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import type { GqlError } from '@/lib/gql';

interface EntranceFormProps {
  error: GqlError | null;
  busy: boolean;
  submit: string;
  onSubmit: (text: (name: string) => string) => void;
  children: ReactNode;
}

export function EntranceForm({ error, busy, submit, onSubmit, children }: EntranceFormProps) {
  const wait = useCountdown(error);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSubmit((name) => String(form.get(name) ?? ''));
  };
  return (
    <form className="grid gap-3.5" onSubmit={send}>
      {children}
      {error && <Problem error={error} wait={wait} />}
      <Button type="submit" variant="primary" size="lg" busy={busy} disabled={wait > 0}>
        {wait > 0 ? `Try again in ${wait} s` : submit}
      </Button>
    </form>
  );
}

function Problem({ error, wait }: { error: GqlError; wait: number }) {
  if (error.code === 'RATE_LIMITED') {
    return wait > 0 ? <Notice>Too many attempts. Wait a moment, then try again.</Notice> : null;
  }
  return (
    <Notice>
      {error.message}
      {error.requestId && <code className="block font-mono text-xs">request {error.requestId}</code>}
    </Notice>
  );
}

export function Notice({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="rounded-md border border-bad-line bg-bad-soft px-3 py-2 break-words text-bad">
      {children}
    </p>
  );
}

/** Seconds that are left of the wait that the server asked for. */
function useCountdown(error: GqlError | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const until = Date.now() + (error?.retryAfter ?? 0) * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}

interface TextFieldProps {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  autoComplete: string;
  error: GqlError | null;
  hint?: ReactNode;
  focused?: boolean;
  optional?: boolean;
  /** Given, and not to be changed. */
  value?: string;
  /** To begin with. */
  initial?: string;
}

export function TextField({ name, label, type = 'text', autoComplete, error, hint, focused, optional, value, initial }: TextFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(field) => (
        <Input
          {...field}
          name={name}
          type={type}
          autoComplete={autoComplete}
          autoFocus={focused}
          required={!optional}
          defaultValue={value ?? initial}
          readOnly={value !== undefined}
          aria-invalid={error?.field === name || field['aria-invalid']}
          className="h-10! text-base"
        />
      )}
    </Field>
  );
}
