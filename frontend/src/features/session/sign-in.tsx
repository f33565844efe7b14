'use client';
/** The card in front of the page: e-mail and password for a cookie, or a token for this tab. */
import { useState, type FormEvent } from 'react';
import { Mark } from '@/components/mark';
import type { ApiError } from '@/lib/graphql';
import { asApiError, useSession } from './session';
import styles from './session.module.css';

export function SignIn({ hasExpired = false }: { hasExpired?: boolean }) {
  const { signIn, tryToken } = useSession();
  const [byToken, setByToken] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name)).trim();
    setBusy(true);
    setError(null);
    try {
      if (byToken) await tryToken(text('token'));
      else await signIn(text('email'), String(form.get('password')));
    } catch (problem) {
      setError(asApiError(problem));
      setBusy(false);
    }
  }

  function change() {
    setByToken(!byToken);
    setError(null);
  }

  return (
    <main className={styles.stage}>
      <form className={styles.card} onSubmit={submit} aria-labelledby="sign-in-title">
        <Mark size={36} />
        <h1 id="sign-in-title">Sign in to Dagy</h1>
        <p className={styles.lead}>{lead(hasExpired, byToken)}</p>
        {byToken ? <TokenField /> : <PasswordFields />}
        {error && <ErrorNote error={error} />}
        <button type="submit" className="button-primary" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
        <button type="button" className="button-quiet" onClick={change}>
          {byToken ? 'Use e-mail and password' : 'Use a token or an API key'}
        </button>
      </form>
    </main>
  );
}

function lead(hasExpired: boolean, byToken: boolean): string {
  if (byToken) return 'It stays in this tab and goes with every request as a header.';
  if (hasExpired) return 'Your session has ended. What you wrote in the editor is kept.';
  return 'The first start printed an owner and a password in your terminal.';
}

function PasswordFields() {
  return (
    <>
      <label>
        E-mail
        <input name="email" type="email" autoComplete="username" required autoFocus />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
    </>
  );
}

function TokenField() {
  return (
    <label>
      Access token or API key
      <input name="token" type="password" autoComplete="off" placeholder="dagy_…" required autoFocus />
    </label>
  );
}

export function ErrorNote({ error }: { error: ApiError }) {
  return (
    <p role="alert" className={styles.error}>
      <span>{error.message}</span>
      <code>
        {error.code}
        {error.requestId ? ` · request ${error.requestId}` : ''}
      </code>
    </p>
  );
}

export function SessionFailed({ error }: { error: ApiError }) {
  const { check } = useSession();
  const title = error.code === 'UNREACHABLE' ? 'Dagy does not answer' : 'This did not work';
  return (
    <main className={styles.stage}>
      <section className={styles.card}>
        <Mark size={36} />
        <h1>{title}</h1>
        <ErrorNote error={error} />
        <button type="button" className="button-primary" onClick={() => void check()}>
          Try again
        </button>
      </section>
    </main>
  );
}
