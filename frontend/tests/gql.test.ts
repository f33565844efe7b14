// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { TypedDocumentString } from '@/gql/graphql';
import { gql, GqlError, operationName } from '@/lib/gql';

const RUNS = new TypedDocumentString<{ runs: string[] }, { first: number }>('query RunList($first: Int) { runs }');

function answering(body: unknown, status = 200) {
  const send = vi.fn((_path: string, _init: RequestInit) => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal('fetch', send);
  return send;
}

afterEach(() => {
  vi.unstubAllGlobals();
  window.history.replaceState(null, '', '/');
});

async function failure(promise: Promise<unknown>): Promise<GqlError> {
  const error: unknown = await promise.catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(GqlError);
  return error as GqlError;
}

test('an operation is sent with its name and variables, and its data comes back', async () => {
  const send = answering({ data: { runs: ['a'] } });
  expect(await gql(RUNS, { first: 1 })).toEqual({ runs: ['a'] });
  expect(JSON.parse(String(send.mock.calls[0]![1].body))).toEqual({
    query: RUNS.toString(),
    variables: { first: 1 },
    operationName: 'RunList',
  });
});

test('the first error of an answer is thrown with all it says', async () => {
  const extensions = { code: 'BAD_USER_INPUT', field: 'cron', requestId: 'r1', retryAfter: 3, permission: 'RUNS_READ' };
  answering({ data: null, errors: [{ message: 'No such day.', extensions }, { message: 'Later.' }] });
  const error = await failure(gql(RUNS, { first: 1 }));
  expect(error).toMatchObject({ message: 'No such day.', ...extensions });
  expect(error.extensions).toEqual(extensions);
});

test('an error without a code is internal', async () => {
  answering({ errors: [{ message: 'Hm.' }] });
  expect((await failure(gql(RUNS, { first: 1 }))).code).toBe('INTERNAL');
});

test('a refusal that is no GraphQL answer keeps its code', async () => {
  answering({ error: { code: 'RATE_LIMITED', message: 'Too many.', retryAfter: 9 } }, 429);
  expect(await failure(gql(RUNS, { first: 1 }))).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 9 });
});

test('what is no JSON at all says the status', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 500 })));
  expect((await failure(gql(RUNS, { first: 1 }))).code).toBe('HTTP_500');
});

test.each([502, 503, 504])('a proxy that answers %s has no server behind it', async (status) => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<h1>Bad gateway</h1>', { status })));
  expect((await failure(gql(RUNS, { first: 1 }))).code).toBe('UNREACHABLE');
});

test('a server that does not answer is unreachable', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')));
  expect((await failure(gql(RUNS, { first: 1 }))).code).toBe('UNREACHABLE');
});

test('the name of an operation is read from its text', () => {
  expect(operationName('# query Not\nsubscription RunEvents($id: ID!) { x }')).toBe('RunEvents');
  expect(operationName('{ viewer { role } }')).toBe('Anonymous');
});
