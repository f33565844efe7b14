/** One HTTP call to the GraphQL endpoint of the same origin; the session cookie goes with it. */

export const GRAPHQL_PATH = '/graphql';

export interface GraphQLProblem {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; field?: string; requestId?: string; retryAfter?: number };
}

export interface GraphQLResult<Data = unknown> {
  data?: Data | null;
  errors?: GraphQLProblem[];
}

export interface GraphQLRequest {
  query: string;
  variables?: unknown;
  operationName?: string | null;
}

/** What a person should read when a call failed. The code is stable; the message is for people. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly requestId?: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export async function post<Data>(
  request: GraphQLRequest,
  headers: Record<string, string> = {},
): Promise<GraphQLResult<Data>> {
  const response = await fetch(GRAPHQL_PATH, {
    method: 'POST',
    credentials: 'same-origin',
    headers: checked({ 'content-type': 'application/json', accept: 'application/json', ...headers }),
    body: JSON.stringify(request),
  }).catch(() => {
    throw new ApiError('UNREACHABLE', 'The server does not answer. Is Dagy still running?');
  });
  return parse(response);
}

/** A browser refuses names and values that HTTP cannot carry; that is no network failure. */
function checked(headers: Record<string, string>): Headers {
  try {
    return new Headers(headers);
  } catch {
    throw new ApiError('BAD_USER_INPUT', 'A header has a character that HTTP cannot carry.');
  }
}

/** Like `post`, but the first error of the answer is thrown. */
export async function call<Data>(
  request: GraphQLRequest,
  headers: Record<string, string> = {},
): Promise<Data> {
  const { data, errors } = await post<Data>(request, headers);
  const [problem] = errors ?? [];
  if (problem) throw fromProblem(problem);
  if (!data) throw new ApiError('INTERNAL', 'The server answered without data.');
  return data;
}

async function parse<Data>(response: Response): Promise<GraphQLResult<Data>> {
  const text = await response.text();
  const body = asJson(text);
  if (body && ('data' in body || Array.isArray(body.errors))) return body as GraphQLResult<Data>;
  const problem = body?.error as { code?: string; message?: string; requestId?: string } | undefined;
  throw new ApiError(
    problem?.code ?? `HTTP_${response.status}`,
    problem?.message ?? `The server answered ${response.status} and no GraphQL result.`,
    problem?.requestId,
  );
}

function asJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function fromProblem({ message, extensions }: GraphQLProblem): ApiError {
  return new ApiError(extensions?.code ?? 'INTERNAL', message, extensions?.requestId);
}
