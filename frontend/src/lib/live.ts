/** The one websocket of the tab. It comes back by itself; then every subscription asks again, with
 *  the variables of that moment, and `onReconnected` lets queries be read anew. */
import { createClient, type Client } from 'graphql-ws';
import type { TypedDocumentString } from '@/gql/graphql';
import { setSocketState } from './connection';
import { asGqlError, GqlError, GRAPHQL_PATH, operationName, type GraphQLProblem } from './gql';
import { subscribeBack, whenReachable } from './reach';
import { announceSignedOut } from './signed-out';

const REFUSED: readonly number[] = [4401, 4403];
const PING_MS = 10_000;
const PONG_WITHIN_MS = 5_000;
const LONGEST_WAIT_MS = 8_000;

let client: Client | undefined;
const onReconnected = new Set<() => void>();

export function subscribeReconnected(listener: () => void): () => void {
  onReconnected.add(listener);
  return () => onReconnected.delete(listener);
}

/** Opens the socket if it is not open yet. */
export function live(): Client {
  client ??= connect();
  return client;
}

function connect(): Client {
  let wasConnected = false;
  let pongDue: ReturnType<typeof setTimeout> | undefined;
  const made = createClient({
    url: socketUrl,
    lazy: false,
    keepAlive: PING_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (problem) => !isRefused(problem),
    retryWait: waitBeforeRetry,
    onNonLazyError: leaveIfRefused,
    on: {
      connected: () => {
        setSocketState('live');
        if (wasConnected) onReconnected.forEach((listener) => listener());
        wasConnected = true;
      },
      closed: (event) => {
        clearTimeout(pongDue);
        setSocketState('reconnecting');
        leaveIfRefused(event);
        // A server that is away, or only a way to it that lets no sockets through?
        if (!isRefused(event)) void whenReachable();
      },
      error: () => setSocketState('reconnecting'),
      // A cable that was pulled closes nothing: only a missing answer tells.
      ping: (received) => {
        if (!received) pongDue = setTimeout(() => made.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pongDue);
      },
    },
  });
  return made;
}

function socketUrl(): string {
  const url = new URL(GRAPHQL_PATH, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Doubling, with jitter so that all tabs do not come at once; cut short when the network or the server is back. */
function waitBeforeRetry(retries: number): Promise<void> {
  const longest = Math.min(300 * 2 ** retries, LONGEST_WAIT_MS);
  const delay = longest / 2 + Math.random() * (longest / 2);
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      leave();
      resolve();
    };
    const timer = setTimeout(done, delay);
    window.addEventListener('online', done);
    const leave = subscribeBack(done);
  });
}

function isRefused(problem: unknown): boolean {
  return problem instanceof CloseEvent && REFUSED.includes(problem.code);
}

function leaveIfRefused(problem: unknown): void {
  if (isRefused(problem)) announceSignedOut();
}

export interface Follow<Data> {
  onNext: (data: Data) => void;
  onError?: (error: GqlError) => void;
  onComplete?: () => void;
}

/** `variables` is asked at every (re)connection, so that it can name the last cursor seen. */
export function follow<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: () => Variables,
  { onNext, onError, onComplete }: Follow<Data>,
): () => void {
  const query = document.toString();
  const payload = {
    query,
    operationName: operationName(query),
    // graphql-ws writes the payload anew for each connection, and so reads this anew.
    get variables() {
      return variables() as Record<string, unknown>;
    },
  };
  const fail = (error: GqlError) => {
    if (error.code === 'UNAUTHENTICATED') announceSignedOut();
    onError?.(error);
  };
  return live().subscribe<Data>(payload, {
    next: ({ data, errors }) => {
      if (errors?.[0]) fail(GqlError.from(errors[0] as GraphQLProblem));
      else if (data) onNext(data);
    },
    error: (problem) => fail(subscriptionError(problem)),
    complete: () => onComplete?.(),
  });
}

function subscriptionError(problem: unknown): GqlError {
  if (Array.isArray(problem) && problem[0]) return GqlError.from(problem[0] as GraphQLProblem);
  if (problem instanceof CloseEvent) {
    return new GqlError('UNREACHABLE', problem.reason || 'The connection to the server was lost.');
  }
  return asGqlError(problem);
}
