'use client';
/** The runs and flows that one has looked at last, for the palette; kept in this browser, for one
 *  person in one organization, and forgotten at the sign-out. */

export interface Visit {
  kind: 'run' | 'flow';
  name: string;
}

interface Kept {
  /** Whose they are. */
  of: string;
  visits: Visit[];
}

const KEY = 'dagy-recent';
const MOST = 8;
const PLACES: Record<string, Visit['kind']> = { runs: 'run', flows: 'flow' };

/** Null where a path is no run and no flow. */
export function visitOf(pathname: string): Visit | null {
  const [place = '', name, ...rest] = pathname.split('/').filter(Boolean);
  const kind = PLACES[place];
  if (!kind || !name || rest.length > 0) return null;
  try {
    return { kind, name: decodeURIComponent(name) };
  } catch {
    return null;
  }
}

/** The latest first, each once. */
export function withVisit(visits: readonly Visit[], visit: Visit): Visit[] {
  const others = visits.filter(({ kind, name }) => kind !== visit.kind || name !== visit.name);
  return [visit, ...others].slice(0, MOST);
}

export function recentVisits(of: string): Visit[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null;
    return kept?.of === of ? kept.visits : [];
  } catch {
    return [];
  }
}

export function rememberVisit(of: string, visit: Visit): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ of, visits: withVisit(recentVisits(of), visit) } satisfies Kept));
  } catch {
    // Storage may be forbidden; then nothing is recent.
  }
}

export function forgetVisits(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept either.
  }
}
