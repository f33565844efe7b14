'use client';
/** Who is signed in: by the HttpOnly cookie, or by a token that lives in memory and nowhere else. */
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { ApiError, call } from '@/lib/graphql';

export interface Viewer {
  role: string;
  user: { name: string; email: string } | null;
  organization: { name: string; slug: string };
}

export type Session =
  | { status: 'checking' }
  | { status: 'signed-in'; viewer: Viewer; token?: string; hasExpired: boolean }
  | { status: 'signed-out' }
  | { status: 'failed'; error: ApiError };

interface SessionActions {
  session: Session;
  check: () => Promise<void>;
  signIn: (email: string, password: string) => Promise<void>;
  tryToken: (token: string) => Promise<void>;
  signOut: () => Promise<void>;
  expire: () => void;
}

const VIEWER = `query Session { viewer { role user { name email } organization { name slug } } }`;
const LOGIN = `mutation SignIn($input: LoginInput!) { login(input: $input) { expiresAt } }`;
const LOGOUT = `mutation SignOut { logout { __typename } }`;

const SessionContext = createContext<SessionActions | null>(null);

export function bearer(token: string): { Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

export function asApiError(problem: unknown): ApiError {
  return problem instanceof ApiError ? problem : new ApiError('INTERNAL', String(problem));
}

async function viewerOf(token?: string): Promise<Session> {
  const headers = token ? bearer(token) : {};
  const { viewer } = await call<{ viewer: Viewer }>({ query: VIEWER }, headers);
  return { status: 'signed-in', viewer, token, hasExpired: false };
}

async function fromCookie(): Promise<Session> {
  try {
    return await viewerOf();
  } catch (problem) {
    const error = asApiError(problem);
    if (error.code === 'UNAUTHENTICATED') return { status: 'signed-out' };
    return { status: 'failed', error };
  }
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session>({ status: 'checking' });
  const token = session.status === 'signed-in' ? session.token : undefined;
  const check = useCallback(async () => setSession(await fromCookie()), []);
  const expire = useCallback(
    () => setSession((was) => (was.status === 'signed-in' ? { ...was, hasExpired: true } : was)),
    [],
  );
  useEffect(() => void check(), [check]);
  const value = useMemo(
    () => ({
      session,
      check,
      expire,
      signIn: async (email: string, password: string) => {
        await call({ query: LOGIN, variables: { input: { email, password } } });
        await check();
      },
      tryToken: async (given: string) => setSession(await viewerOf(given)),
      signOut: async () => {
        if (!token) await call({ query: LOGOUT });
        // Nothing that was on the screen or in memory is left for the next person.
        window.location.reload();
      },
    }),
    [session, token, check, expire],
  );
  return <SessionContext value={value}>{children}</SessionContext>;
}

export function useSession(): SessionActions {
  const value = use(SessionContext);
  if (!value) throw new Error('useSession needs a SessionProvider above it');
  return value;
}
