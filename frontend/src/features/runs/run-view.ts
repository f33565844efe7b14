/** The runs that /runs shows, as its address says it. Other pages make such addresses by
 *  `lib/runs-path`, which knows the same names. */
import {
  createSerializer,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsIsoDateTime,
  parseAsString,
  parseAsStringLiteral,
  type inferParserType,
} from 'nuqs';
import type { Executor, RunFilter, RunOrder, RunTrigger } from '@/gql/graphql';
import { RUN_STATES } from '@/lib/states';
import { span } from './span';

export const RUN_TRIGGERS = ['UI', 'CLI', 'API', 'SCHEDULE', 'SENSOR', 'RETRY'] as const satisfies readonly RunTrigger[];
export const EXECUTORS = ['LOCAL', 'LAMBDA', 'STEP_FUNCTIONS', 'ECS'] as const satisfies readonly Executor[];

const texts = parseAsArrayOf(parseAsString).withDefault([]);

export const runViewParsers = {
  /** Any part of slug, flow, deployment, tag or error. */
  q: parseAsString.withDefault(''),
  state: parseAsArrayOf(parseAsStringLiteral(RUN_STATES)).withDefault([]),
  flow: texts,
  deployment: parseAsString,
  trigger: parseAsStringLiteral(RUN_TRIGGERS),
  executor: parseAsArrayOf(parseAsStringLiteral(EXECUTORS)).withDefault([]),
  /** `team=data`: all of them. */
  tag: texts,
  /** A span such as `24h`, counted back from now; it goes before `from` and `to`. */
  last: parseAsString,
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
  /** A span such as `30s`. */
  longer: parseAsString,
  mine: parseAsBoolean.withDefault(false),
  sort: parseAsStringLiteral(['desc', 'asc'] as const).withDefault('desc'),
};

export type RunView = inferParserType<typeof runViewParsers>;

const serialize = createSerializer(runViewParsers);

/** The view's part of an address, without the question mark. */
export const viewQuery = (view: RunView): string => serialize(view).replace(/^\?/, '');

export interface Seen {
  environment: string | null;
  /** When "the last hour" ends. */
  now: number;
}

const MINUTE_MS = 60_000;
const LARGEST_INT = 2 ** 31 - 1;

/** What the server is asked for; null where nothing narrows it. */
export function filterOf(view: RunView, { environment, now }: Seen): RunFilter | null {
  const filter: RunFilter = {
    search: view.q.trim() || undefined,
    state: some(view.state),
    flowNames: some(view.flow),
    deploymentName: view.deployment ?? undefined,
    environment: environment ?? undefined,
    trigger: view.trigger ?? undefined,
    executor: some(view.executor),
    tags: tagsOf(view.tag),
    mine: view.mine || undefined,
    minDurationMs: atMost(LARGEST_INT, view.longer ? span(view.longer) : null),
    ...timesOf(view, now),
  };
  const set = Object.entries(filter).filter(([, value]) => value !== undefined);
  return set.length > 0 ? (Object.fromEntries(set) as RunFilter) : null;
}

export const orderOf = ({ sort }: Pick<RunView, 'sort'>): RunOrder =>
  sort === 'asc' ? 'CREATED_AT_ASC' : 'CREATED_AT_DESC';

/** To the minute, so that the same view asks the same question for a while. */
function timesOf({ last, from, to }: RunView, now: number): Pick<RunFilter, 'createdAfter' | 'createdBefore'> {
  const length = last ? span(last) : null;
  if (length !== null) {
    const start = Math.floor((now - length) / MINUTE_MS) * MINUTE_MS;
    return { createdAfter: new Date(start).toISOString() };
  }
  return { createdAfter: from?.toISOString(), createdBefore: to?.toISOString() };
}

function tagsOf(tags: readonly string[]): Record<string, string> | undefined {
  const pairs = tags.map(tagPair).filter((pair) => pair !== null);
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}

/** `team=data` as name and value; null where there is no name. */
export function tagPair(text: string): [name: string, value: string] | null {
  const at = text.indexOf('=');
  return at > 0 ? [text.slice(0, at).trim(), text.slice(at + 1).trim()] : null;
}

const atMost = (limit: number, value: number | null) => (value === null ? undefined : Math.min(limit, value));

const some = <Item>(items: readonly Item[]): Item[] | undefined => (items.length > 0 ? [...items] : undefined);
