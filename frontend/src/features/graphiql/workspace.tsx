'use client';
/** The page /graphiql: the editor once somebody is signed in or has chosen to use a token. */
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { Header } from '@/components/header';
import { SessionProvider, useSession } from '@/features/session/session';
import { SignIn, Unreachable } from '@/features/session/sign-in';
import styles from './graphiql.module.css';

const Loading = () => (
  <main className={styles.loading} aria-busy="true">
    Opening the editor…
  </main>
);
const Ide = dynamic(() => import('./ide'), { ssr: false, loading: Loading });

export function GraphiqlWorkspace() {
  return (
    <SessionProvider>
      <Workspace />
    </SessionProvider>
  );
}

function Workspace() {
  const { session, expire } = useSession();
  const [withToken, setWithToken] = useState(false);
  const signedIn = session.status === 'signed-in';
  const askWho = () => setWithToken(false);
  return (
    <div className={styles.shell}>
      <Header page="GraphiQL" onSignIn={withToken ? askWho : undefined} />
      {session.status === 'checking' && <Loading />}
      {session.status === 'unreachable' && <Unreachable error={session.error} />}
      {session.status === 'signed-out' && !withToken && <SignIn onUseToken={() => setWithToken(true)} />}
      {(signedIn || (session.status === 'signed-out' && withToken)) && (
        <Ide withToken={withToken && !signedIn} onExpired={expire} />
      )}
    </div>
  );
}
