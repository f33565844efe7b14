/** What changes of runs do to the rows on the screen. Pure: rows in view change in their places, and
 *  what is new waits until it is asked for, so the list never jumps. */
import type { InfiniteData } from '@tanstack/react-query';
import type { RunFilter, RunListItemFragment, RunRowsQuery } from '@/gql/graphql';

export type RunRow = RunRowsQuery['runs']['nodes'][number];
export type Rows = InfiniteData<RunRowsQuery, string | null>;

/** A run after a change; `sequence` numbers the changes of a run. */
export interface News {
  run: RunListItemFragment;
  sequence: number;
}

/** By run, the latest of each; one that comes late is dropped. */
export function gathered(before: ReadonlyMap<string, News>, news: News): ReadonlyMap<string, News> {
  const known = before.get(news.run.id);
  return known && known.sequence >= news.sequence ? before : new Map(before).set(news.run.id, news);
}

/** Untouched pages and rows stay the same objects, so that only what changed is drawn again. */
export function applied(was: Rows, news: ReadonlyMap<string, News>): Rows {
  let isChanged = false;
  const pages = was.pages.map((page) => {
    if (!page.runs.nodes.some(({ id }) => news.has(id))) return page;
    isChanged = true;
    return { ...page, runs: { ...page.runs, nodes: page.runs.nodes.map((row) => merged(row, news.get(row.id))) } };
  });
  return isChanged ? { ...was, pages } : was;
}

/** The medians are those that were read with the row. */
const merged = (row: RunRow, news: News | undefined): RunRow => (news ? { ...row, ...news.run, flow: row.flow } : row);

/** The tasks of runs that are at work, as they were asked for last. */
export function withTasks(was: Rows, counts: ReadonlyMap<string, RunRow['taskCounts']>): Rows {
  const news = (row: RunRow): RunRow => {
    const taskCounts = counts.get(row.id);
    return taskCounts && JSON.stringify(taskCounts) !== JSON.stringify(row.taskCounts) ? { ...row, taskCounts } : row;
  };
  let isChanged = false;
  const pages = was.pages.map((page) => {
    const nodes = page.runs.nodes.map(news);
    if (nodes.every((row, at) => row === page.runs.nodes[at])) return page;
    isChanged = true;
    return { ...page, runs: { ...page.runs, nodes } };
  });
  return isChanged ? { ...was, pages } : was;
}

/** Rows that were there when the list was last asked for; those that a later reading brought wait. */
export function held(all: readonly RunRow[], until: string | null): RunRow[] {
  return until === null ? [...all] : all.filter(({ createdAt }) => createdAt <= until);
}

export interface Place {
  filter: RunFilter | null;
  known: ReadonlySet<string>;
  /** The creation of the last row that is loaded; null when there are no more behind it. */
  last: string | null;
  isNewestFirst: boolean;
}

/** Whether a run that is not among the rows belongs between or above them. */
export function isNew({ run }: News, { filter, known, last, isNewestFirst }: Place): boolean {
  if (known.has(run.id) || !isWanted(run, filter)) return false;
  if (last === null) return true;
  return isNewestFirst ? run.createdAt >= last : run.createdAt <= last;
}

/** What the subscription does not look at: it follows runs out of these states, too. */
export function isWanted(run: RunListItemFragment, filter: RunFilter | null): boolean {
  const { state, minDurationMs, createdAfter } = filter ?? {};
  if (state && !state.includes(run.state)) return false;
  if (minDurationMs != null && (run.durationMs ?? -1) < minDurationMs) return false;
  return !createdAfter || Date.parse(run.createdAt) >= Date.parse(createdAfter);
}

/** Of which runs changes are asked for: a row must be told when it leaves the state that is filtered. */
export function followed(filter: RunFilter | null): RunFilter | null {
  if (!filter) return null;
  const { state, minDurationMs, createdAfter, ...rest } = filter;
  return Object.keys(rest).length > 0 ? rest : null;
}
