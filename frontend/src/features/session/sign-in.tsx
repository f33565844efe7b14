'use client';
/** E-mail and password for the session cookie; or straight on to the editor with a token. */
import { useState, type FormEvent } from 'react';
import { Mark } from '@/components/mark';
import { ApiError } from '@/lib/graphql';
import { useSession } from './session';
import styles from './session.module.css';

export function SignIn({ onUseToken }: { onUseToken: () => void }) {
  const { signIn } = useSession();
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    try {
      await signIn(String(form.get('email')), String(form.get('password')));
    } catch (problem) {
      setError(problem instanceof ApiError ? problem : new ApiError('INTERNAL', String(problem)));
      setBusy(false);
    }
  }

  return (
    <main className={styles.stage}>
      <form className={styles.card} onSubmit={submit} aria-labelledby="sign-in-title">
        <Mark size={36} />
        <h1 id="sign-in-title">Sign in to Dagy</h1>
        <p className={styles.lead}>The first start printed an owner and a password in your terminal.</p>
        <label>
          E-mail
          <input name="email" type="email" autoComplete="username" required autoFocus />
        </label>
        <label>
          Password
          <input name="password" type="password" autoComplete="current-password" required />
        </label>
        {error && <ErrorNote error={error} />}
        <button type="submit" className="button-primary" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
        <button type="button" className="button-quiet" onClick={onUseToken}>
          Use an access token or API key instead
        </button>
      </form>
    </main>
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

export function Unreachable({ error }: { error: ApiError }) {
  const { check } = useSession();
  return (
    <main className={styles.stage}>
      <section className={styles.card}>
        <Mark size={36} />
        <h1>The API gives no answer</h1>
        <ErrorNote error={error} />
        <button type="button" className="button-primary" onClick={() => void check()}>
          Try again
        </button>
      </section>
    </main>
  );
}
