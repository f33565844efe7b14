'use client';
/** Who is signed in. The cookie is HttpOnly, so the server is asked; nothing is kept in storage. */
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { ApiError, call } from '@/lib/graphql';

export interface Viewer {
  role: string;
  user: { name: string; email: string } | null;
  organization: { name: string; slug: string };
}

export type Session =
  | { status: 'checking' }
  | { status: 'signed-in'; viewer: Viewer }
  | { status: 'signed-out' }
  | { status: 'unreachable'; error: ApiError };

interface SessionActions {
  session: Session;
  check: () => Promise<void>;
  signIn: (email: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  expire: () => void;
}

const VIEWER = `query Session { viewer { role user { name email } organization { name slug } } }`;
const LOGIN = `mutation SignIn($input: LoginInput!) { login(input: $input) { expiresAt } }`;
const LOGOUT = `mutation SignOut { logout { __typename } }`;

const SessionContext = createContext<SessionActions | null>(null);

async function ask(): Promise<Session> {
  try {
    const { viewer } = await call<{ viewer: Viewer }>({ query: VIEWER });
    return { status: 'signed-in', viewer };
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError('INTERNAL', String(error));
    return known.code === 'UNAUTHENTICATED'
      ? { status: 'signed-out' }
      : { status: 'unreachable', error: known };
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session>({ status: 'checking' });
  const check = useCallback(async () => setSession(await ask()), []);
  useEffect(() => void check(), [check]);
  const actions = useMemo(
    () => ({
      check,
      signIn: async (email: string, password: string) => {
        await call({ query: LOGIN, variables: { input: { email, password } } });
        await check();
      },
      signOut: async () => {
        await call({ query: LOGOUT });
        setSession({ status: 'signed-out' });
      },
      expire: () => setSession({ status: 'signed-out' }),
    }),
    [check],
  );
  const value = useMemo(() => ({ session, ...actions }), [session, actions]);
  return <SessionContext value={value}>{children}</SessionContext>;
}

export function useSession(): SessionActions {
  const value = use(SessionContext);
  if (!value) throw new Error('useSession needs a SessionProvider above it');
  return value;
}
