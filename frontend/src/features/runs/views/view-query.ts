/** A page's address as a saved view keeps it, and back. Pure. */
import { createLoader, createSerializer, parseAsString } from 'nuqs';
import { ENVIRONMENT_PARAM } from '@/lib/environment';
import { filterOf, runViewParsers, type RunView } from '../run-view';
import { DEFAULT_LOOK, lookParsers, type Look } from '../use-look';

const { columns, density } = lookParsers;
const parsers = { ...runViewParsers, columns, density, [ENVIRONMENT_PARAM]: parseAsString };
const serialize = createSerializer(parsers);
const load = createLoader(parsers);

/** Columns and density only where they are not the usual ones: the rest is each viewer's own. */
export function queryOf(view: RunView, look: Look, environment: string | null): string {
  const isUsual = look.columns.join() === DEFAULT_LOOK.columns.join();
  const text = serialize({
    ...view,
    columns: isUsual ? null : [...look.columns],
    density: look.density === DEFAULT_LOOK.density ? null : look.density,
    [ENVIRONMENT_PARAM]: environment,
  });
  return text.replace(/^\?/, '');
}

/** What the view shows now; its own time is counted back from `now`. */
export function filterOfQuery(query: string, now: number) {
  const { [ENVIRONMENT_PARAM]: environment, columns: _, density: __, ...view } = load(`?${query}`);
  return filterOf(view, { environment: environment as string | null, now });
}

/** Its count changes with the clock, so the server cannot know it by the filter that was saved. */
export const isRelative = (query: string): boolean => load(`?${query}`).last !== null;

/** Whether two addresses mean the same, in whatever order their parts stand. */
export function isSameQuery(one: string, other: string): boolean {
  const sorted = (query: string) => [...new URLSearchParams(query)].map(([key, value]) => `${key}=${value}`).sort().join('&');
  return sorted(one) === sorted(other);
}
