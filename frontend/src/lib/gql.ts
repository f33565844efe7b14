/** One typed operation over HTTP. Whatever goes wrong is a GqlError with a stable code. */
import type { TypedDocumentString } from '@/gql/graphql';
import { parseJson, writeJson } from './json';
import { isNobodyThere, whenReachable } from './reach';
import { announceSignedOut } from './signed-out';

export const GRAPHQL_PATH = '/graphql';

export interface GraphQLProblem {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

export interface GraphQLResult<Data = unknown> {
  data?: Data | null;
  errors?: GraphQLProblem[];
}

interface Details {
  /** Of the input: where the message belongs in a form. */
  field?: string;
  requestId?: string;
  /** In seconds. */
  retryAfter?: number;
  permission?: string;
  /** All that the server said, for what only one page understands. */
  extensions?: Record<string, unknown>;
}

/** The code is stable and for programs; the message is for people. */
export class GqlError extends Error {
  readonly field?: string;
  readonly requestId?: string;
  readonly retryAfter?: number;
  readonly permission?: string;
  readonly extensions: Record<string, unknown>;

  constructor(
    readonly code: string,
    message: string,
    { field, requestId, retryAfter, permission, extensions = {} }: Details = {},
  ) {
    super(message);
    this.name = 'GqlError';
    this.field = field;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
    this.permission = permission;
    this.extensions = extensions;
  }

  static from({ message, extensions = {} }: GraphQLProblem): GqlError {
    const text = (key: string) => (typeof extensions[key] === 'string' ? extensions[key] : undefined);
    const wait = extensions.retryAfter;
    return new GqlError(text('code') ?? 'INTERNAL', message, {
      field: text('field'),
      requestId: text('requestId'),
      permission: text('permission'),
      retryAfter: typeof wait === 'number' ? wait : undefined,
      extensions,
    });
  }
}

export function asGqlError(problem: unknown): GqlError {
  if (problem instanceof GqlError) return problem;
  return new GqlError('INTERNAL', problem instanceof Error ? problem.message : String(problem));
}

/** `RunList` of `query RunList(…)`. */
export function operationName(text: string): string {
  return /^\s*(?:query|mutation|subscription)\s+(\w+)/m.exec(text)?.[1] ?? 'Anonymous';
}

/** Throws the first error of the answer. Signed out, the page is left for /login. */
export async function gql<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  options: { signal?: AbortSignal } = {},
): Promise<Data> {
  const query = document.toString();
  const body = { query, variables, operationName: operationName(query) };
  const { data, errors } = await post<Data>(body, options);
  const [problem] = errors ?? [];
  if (problem) throw refused(GqlError.from(problem));
  if (!data) throw new GqlError('INTERNAL', 'The server answered without data.');
  return data;
}

function refused(error: GqlError): GqlError {
  if (error.code === 'UNAUTHENTICATED') announceSignedOut();
  return error;
}

interface PostOptions {
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** The bare call, for who wants the whole answer: the answer's errors are not thrown. */
export async function post<Data>(body: object, { signal, headers }: PostOptions = {}): Promise<GraphQLResult<Data>> {
  const response = await fetch(GRAPHQL_PATH, {
    method: 'POST',
    credentials: 'same-origin',
    headers: checked({ 'content-type': 'application/json', accept: 'application/json', ...headers }),
    body: writeJson(body),
    signal,
  }).catch((problem: unknown) => {
    if (signal?.aborted) throw problem;
    throw unreachable();
  });
  return parsed(response.status, await response.text());
}

function unreachable(): GqlError {
  void whenReachable();
  return new GqlError('UNREACHABLE', 'The Dagy server could not be reached.');
}

/** A browser refuses names and values that HTTP cannot carry; that is no network failure. */
function checked(headers: Record<string, string>): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new GqlError('BAD_USER_INPUT', 'A header has a character that HTTP cannot carry.');
  }
}

export function parsed<Data>(status: number, text: string): GraphQLResult<Data> {
  const body = asJson(text);
  if (body && ('data' in body || Array.isArray(body.errors))) return body as GraphQLResult<Data>;
  const problem = body?.error as Record<string, unknown> | undefined;
  if (!problem && isNobodyThere(status)) throw unreachable();
  if (!problem) throw new GqlError(`HTTP_${status}`, `The server answered ${status} and no GraphQL result.`);
  throw refused(GqlError.from({ message: String(problem.message), extensions: problem }));
}

function asJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = parseJson(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
