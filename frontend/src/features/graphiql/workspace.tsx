'use client';
/** The page /graphiql: the editor once somebody is signed in. */
import dynamic from 'next/dynamic';
import { useEffect } from 'react';
import { Header } from '@/components/header';
import { SessionProvider, useSession } from '@/features/session/session';
import { SessionFailed, SignIn } from '@/features/session/sign-in';
import styles from './graphiql.module.css';

const Loading = () => (
  <main className={styles.loading} aria-busy="true">
    Opening the editor…
  </main>
);
const loadIde = () => import('./ide');
const Ide = dynamic(loadIde, { ssr: false, loading: Loading });

export function GraphiqlWorkspace() {
  // The editor is about a megabyte: it loads while the session is checked or the form filled in.
  useEffect(() => void loadIde(), []);
  return (
    <SessionProvider>
      <div className={styles.shell}>
        <Header page="GraphiQL" />
        <Content />
      </div>
    </SessionProvider>
  );
}

function Content() {
  const { session, expire } = useSession();
  switch (session.status) {
    case 'checking':
      return <Loading />;
    case 'failed':
      return <SessionFailed error={session.error} />;
    case 'signed-out':
      return <SignIn />;
    case 'signed-in':
      return (
        <div className={styles.stack} key={`${session.viewer.organization.slug}/${session.viewer.user?.email}`}>
          <div className={styles.editor} inert={session.hasExpired}>
            <Ide token={session.token} onExpired={expire} />
          </div>
          {session.hasExpired && <SignIn hasExpired />}
        </div>
      );
  }
}
