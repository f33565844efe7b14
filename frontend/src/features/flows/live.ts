/** What a change of a run means for the catalog's rows. Pure. */
import type { FlowListChangesSubscription, FlowListQuery, RunState } from '@/gql/graphql';

export type Flow = FlowListQuery['flows']['nodes'][number];
export type Change = FlowListChangesSubscription['runs'];

const SHOWN = 20;

export interface Pages {
  pages: FlowListQuery[];
  pageParams: unknown[];
}

/** The same object where no row shows the run's flow, so that nothing is drawn again. */
export function withChange(was: Pages, { run, state }: Change): Pages {
  const isShown = was.pages.some(({ flows }) => flows.nodes.some((flow) => flow.name === run.flow.name && flow.statistics));
  if (!isShown) return was;
  const pages = was.pages.map((page) => {
    const nodes = page.flows.nodes.map((flow) => (flow.name === run.flow.name ? withRun(flow, { ...run, state }) : flow));
    return { ...page, flows: { ...page.flows, nodes } };
  });
  return { ...was, pages };
}

interface Mark {
  id: string;
  slug: string;
  state: RunState;
  durationMs?: number | null;
  createdAt: string;
}

function withRun(flow: Flow, { id, slug, state, durationMs, createdAt }: Mark): Flow {
  if (!flow.statistics) return flow;
  const { latest } = flow.statistics;
  const mark = { id, slug, state, durationMs: durationMs ?? null, createdAt };
  const isKnown = latest.some((one) => one.id === id);
  const isOlder = latest.length >= SHOWN && createdAt < (latest.at(-1)?.createdAt ?? '');
  if (!isKnown && isOlder) return flow;
  const next = isKnown ? latest.map((one) => (one.id === id ? mark : one)) : [mark, ...latest];
  const newestFirst = next.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt)).slice(0, SHOWN);
  return { ...flow, statistics: { ...flow.statistics, latest: newestFirst } };
}

/** All namespaces with those above them: `shop/orders` is below `shop`. */
export function namespaceTree(names: readonly string[]): string[] {
  const all = new Set<string>();
  for (const name of names.filter(Boolean)) {
    const parts = name.split('/');
    parts.forEach((_, at) => all.add(parts.slice(0, at + 1).join('/')));
  }
  return [...all].sort((a, b) => a.localeCompare(b));
}
