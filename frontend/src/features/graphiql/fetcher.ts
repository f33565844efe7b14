/** GraphiQL's transport: queries by POST, subscriptions by graphql-transport-ws, same origin. */
import type { Fetcher, FetcherParams, Observable } from '@graphiql/toolkit';
import { Kind, OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { GRAPHQL_PATH, post, type GraphQLProblem, type GraphQLResult } from '@/lib/gql';
import { isRecord } from '@/lib/json';
import { LiveLog, type LiveAnswer } from './live-log';

const UNAUTHENTICATED_CLOSE_CODES: readonly number[] = [4401, 4403];

type Headers = Record<string, string>;
interface Sink {
  next: (answer: LiveAnswer) => void;
  complete: () => void;
}

interface Options {
  /** The server no longer accepts the session of the page. */
  onExpired: () => void;
}

export function createFetcher({ onExpired }: Options): Fetcher {
  return (given, options) => {
    // The cookie speaks unless the headers tab does.
    const headers: Headers = options?.headers ?? {};
    const isOwnSession = !hasToken(headers);
    const { params, isSubscription } = settled(given);
    const onRefused = () => {
      if (isOwnSession) onExpired();
    };
    if (isSubscription) return subscription(params, headers, onRefused);
    return post(params, { headers }).then((result) => {
      if (isUnauthenticated(result.errors)) onRefused();
      return printable(result) as never;
    });
  };
}

/** GraphiQL writes answers by JSON.stringify, which raises on bigints: it gets them as raw text where
 *  the browser has that, else rounded. */
function printable(value: unknown): unknown {
  if (typeof value === 'bigint') return rawJson?.(String(value)) ?? Number(value);
  if (Array.isArray(value)) return value.map(printable);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, printable(one)])) : value;
}

/** Not in TypeScript's library yet. */
const rawJson = (JSON as { rawJSON?: (text: string) => unknown }).rawJSON;

/**
 * What kind of operation this is, read from the text that is sent: just after a change of tabs,
 * GraphiQL still gives the document and the operation name of the tab before.
 */
function settled(given: FetcherParams): { params: FetcherParams; isSubscription: boolean } {
  const operations = operationsOf(given.query);
  const named = operations.find((one) => one.name?.value === given.operationName);
  const chosen = named ?? (operations.length === 1 ? operations[0] : undefined);
  return {
    params: chosen ? { ...given, operationName: chosen.name?.value } : given,
    isSubscription: chosen?.operation === OperationTypeNode.SUBSCRIPTION,
  };
}

function operationsOf(query: string): OperationDefinitionNode[] {
  try {
    return parse(query).definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  } catch {
    return []; // The server explains a syntax error better, with its place.
  }
}

function hasToken(headers: Headers): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}

function isUnauthenticated(problem: unknown): boolean {
  if (problem instanceof CloseEvent) return UNAUTHENTICATED_CLOSE_CODES.includes(problem.code);
  if (!Array.isArray(problem)) return false;
  return problem.some((error: GraphQLProblem) => error.extensions?.code === 'UNAUTHENTICATED');
}

/** The headers tab travels as the payload of connection_init: a browser sets no WebSocket header. */
function subscription(
  params: FetcherParams,
  headers: Headers,
  onRefused: () => void,
): Observable<never> {
  const observable = {
    subscribe(sink: Sink) {
      const log = new LiveLog((answer) => sink.next(answer));
      const client = createClient({
        url: socketUrl(),
        connectionParams: headers,
        // A silent reconnect would replay events that are already on the screen.
        retryAttempts: 0,
      });
      const dispose = client.subscribe(params as { query: string }, {
        next: (event) => {
          log.add(event as GraphQLResult);
          if (isUnauthenticated(event.errors)) onRefused();
        },
        error: (problem) => {
          log.fail(readable(problem));
          if (isUnauthenticated(problem)) onRefused();
          sink.complete();
        },
        complete: () => {
          log.complete();
          sink.complete();
        },
      });
      return { unsubscribe: dispose };
    },
  };
  // GraphiQL prints whatever it is given; its type admits only one plain result.
  return observable as unknown as Observable<never>;
}

function socketUrl(): string {
  const url = new URL(GRAPHQL_PATH, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** graphql-ws reports a refused or cut connection as a CloseEvent or a bare Event. */
function readable(problem: unknown): unknown {
  if (problem instanceof CloseEvent) {
    const reason = problem.reason || 'the connection was cut';
    return { message: `Subscription ended: ${reason} (WebSocket close code ${problem.code}).` };
  }
  if (problem instanceof Event) return { message: 'The WebSocket to the server could not be opened.' };
  return problem;
}
