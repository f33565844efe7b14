/** GraphiQL's transport: queries by POST, subscriptions by graphql-transport-ws, same origin. */
import type { Fetcher, FetcherOpts, FetcherParams, Observable } from '@graphiql/toolkit';
import { Kind, OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import { GRAPHQL_PATH, post, type GraphQLResult } from '@/lib/graphql';
import { LiveLog, type LiveAnswer } from './live-log';

type Headers = Record<string, string>;
interface Sink {
  next: (answer: LiveAnswer) => void;
  error: (problem: unknown) => void;
  complete: () => void;
}

/** `onExpired` is told when the session cookie is no longer accepted. */
export function createFetcher(onExpired: () => void): Fetcher {
  return (params, options) => {
    const headers: Headers = { ...options?.headers };
    if (isSubscription(params, options)) return subscription(params, headers);
    return post(params, headers).then((result) => {
      if (!hasToken(headers) && isUnauthenticated(result)) onExpired();
      return result as never;
    });
  };
}

function isSubscription({ operationName }: FetcherParams, options?: FetcherOpts): boolean {
  return (options?.documentAST?.definitions ?? []).some(
    (node) =>
      node.kind === Kind.OPERATION_DEFINITION &&
      node.operation === OperationTypeNode.SUBSCRIPTION &&
      (!operationName || node.name?.value === operationName),
  );
}

function hasToken(headers: Headers): boolean {
  return Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
}

function isUnauthenticated({ errors }: GraphQLResult): boolean {
  return errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') ?? false;
}

/** The headers tab travels as the payload of connection_init: a browser sets no WebSocket header. */
function subscription(params: FetcherParams, headers: Headers): Observable<never> {
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
        next: (event) => log.add(event),
        error: (problem) => {
          log.flush();
          sink.error(readable(problem));
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
  return Array.isArray(problem) ? { errors: problem } : problem;
}
