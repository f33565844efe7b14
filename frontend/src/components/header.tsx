'use client';
/** The bar above every page: where you are, who you are, light or dark. */
import { useState } from 'react';
import { asApiError, useSession, type Viewer } from '@/features/session/session';
import { Mark } from './mark';
import { ThemeSwitch } from './theme-switch';
import styles from './header.module.css';

export function Header({ page }: { page: string }) {
  const { session } = useSession();
  return (
    <header className={styles.bar}>
      <span className={styles.brand}>
        <Mark />
        <b>Dagy</b>
        <span className={styles.page}>{page}</span>
      </span>
      <span className={styles.right}>
        {session.status === 'signed-in' && <Account viewer={session.viewer} />}
        <ThemeSwitch />
      </span>
    </header>
  );
}

function Account({ viewer }: { viewer: Viewer }) {
  const { signOut } = useSession();
  const [error, setError] = useState<string | null>(null);
  const leave = () =>
    signOut().catch((problem: unknown) => {
      const { code, message } = asApiError(problem);
      setError(`${code}: ${message}`);
    });
  return (
    <>
      <span className={styles.who} title={viewer.user?.email}>
        <b>{viewer.user?.email ?? 'API key'}</b>
        <span>
          {viewer.organization.name} · {viewer.role.toLowerCase()}
        </span>
      </span>
      <button type="button" className={styles.action} onClick={() => void leave()}>
        Sign out
      </button>
      {error && <span role="alert">{error}</span>}
    </>
  );
}
