/** The one way out when the server no longer accepts the session: nothing stays in memory. */
import { forgetViewer } from './viewer-cache';

const LOGIN = '/login';
let isLeaving = false;

export function loginPath(next: string): string {
  return next === '/' ? LOGIN : `${LOGIN}?${new URLSearchParams({ next }).toString()}`;
}

/** A full load rather than a soft navigation, so that caches, sockets and timers end with it. */
export function announceSignedOut(): void {
  const { pathname, search, hash } = window.location;
  if (pathname === LOGIN || isLeaving) return;
  isLeaving = true;
  forgetViewer();
  window.location.replace(loginPath(pathname + search + hash));
}

/** Where to go after signing in: the path of this site that the address names; else the dashboard. */
export function safeNext(next: string | null): string {
  const home = '/dashboard';
  const path = sameOriginPath(next ?? '');
  return path === null || path === '/' || /^\/login(?:$|[/?#])/.test(path) ? home : path;
}

/** `wanted` as a path that stays on this site however often it is resolved; else null. */
export function sameOriginPath(wanted: string): string | null {
  const base = 'http://here.invalid';
  if (!wanted.startsWith('/')) return null;
  try {
    const { origin, pathname, search, hash } = new URL(wanted, base);
    // `/..//evil.example` is of this origin, but the path that is left of it names another host.
    return origin !== base || pathname.startsWith('//') ? null : pathname + search + hash;
  } catch {
    return null;
  }
}

const SIGNAL = 'dagy-session-changed';

/** Who signs out, or goes to another organization, does so in all tabs of the browser: they share a cookie. */
export function tellOtherTabs(): void {
  try {
    localStorage.setItem(SIGNAL, String(Date.now()));
  } catch {
    // Storage may be forbidden; then the server's next answer tells them.
  }
}

/** Called when another tab has ended or changed the session. */
export function onSessionChanged(listener: () => void): () => void {
  const onStorage = ({ key, newValue }: StorageEvent) => {
    if (key === SIGNAL && newValue !== null) listener();
  };
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}
