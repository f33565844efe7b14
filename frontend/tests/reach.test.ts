// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const ok = () => new Response('{}', { status: 200 });
const down = () => Promise.reject(new TypeError('Failed to fetch'));

async function fresh() {
  vi.resetModules();
  const reach = await import('@/lib/reach');
  const { patientFetch } = await import('@/lib/patient-navigation');
  return { ...reach, patientFetch };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a server that answers is reachable at once, and nobody is told that it is back', async () => {
  const { whenReachable, isReachable, subscribeBack } = await fresh();
  const back = vi.fn();
  subscribeBack(back);
  vi.stubGlobal('fetch', vi.fn(async () => ok()));
  await whenReachable();
  expect(isReachable()).toBe(true);
  expect(back).not.toHaveBeenCalled();
});

test('a server that is away is asked after 1, 2, 4, 8 and again 8 seconds, until it answers', async () => {
  const { whenReachable, isReachable, subscribeBack } = await fresh();
  const asked: number[] = [];
  const began = Date.now();
  let isUp = false;
  vi.stubGlobal('fetch', () => {
    asked.push((Date.now() - began) / 1000);
    return isUp ? Promise.resolve(ok()) : down();
  });
  const back = vi.fn();
  subscribeBack(back);
  const done = whenReachable();
  await vi.advanceTimersByTimeAsync(16_000);
  expect(isReachable()).toBe(false);
  isUp = true;
  await vi.advanceTimersByTimeAsync(8_000);
  await done;
  expect(asked).toEqual([0, 1, 3, 7, 15, 23]);
  expect(isReachable()).toBe(true);
  expect(back).toHaveBeenCalledTimes(1);
});

test.each([502, 503, 504])('a proxy that answers %s has nobody behind it', async (status) => {
  const { whenReachable, isReachable, askNow } = await fresh();
  const answers = [new Response('', { status }), ok()];
  vi.stubGlobal('fetch', async () => answers.shift());
  const done = whenReachable();
  await vi.advanceTimersByTimeAsync(0);
  expect(isReachable()).toBe(false);
  askNow();
  await done;
  expect(isReachable()).toBe(true);
});

const navigation = { headers: { rsc: '1', 'next-router-state-tree': '…' } };

test('a navigation waits for the server instead of failing', async () => {
  const { patientFetch } = await fresh();
  let isUp = false;
  const asked: string[] = [];
  const network = (input: RequestInfo | URL) => {
    asked.push(String(input));
    return isUp ? Promise.resolve(new Response('page')) : down();
  };
  vi.stubGlobal('fetch', network);
  const answer = patientFetch(network)('http://localhost/runs/a.txt?tab=logs&_rsc=1', navigation);
  await vi.advanceTimersByTimeAsync(1_500);
  isUp = true;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await (await answer).text()).toBe('page');
  expect(asked.filter((url) => url.includes('.txt'))).toHaveLength(2);
  expect((window as { dagyWanted?: { page: string } }).dagyWanted?.page).toBe('/runs/a?tab=logs');
});

test('a page that breaks off halfway is asked for again', async () => {
  const { patientFetch } = await fresh();
  vi.stubGlobal('fetch', async () => ok());
  const broken = new ReadableStream({ pull: (to) => to.error(new TypeError('network error')) });
  const answers = [new Response(broken), new Response('page')];
  const answer = await patientFetch(async () => answers.shift()!)('/runs.txt', navigation);
  expect(await answer.text()).toBe('page');
});

test('a page that fails while the server answers is left to the browser', async () => {
  const { patientFetch } = await fresh();
  vi.stubGlobal('fetch', async () => ok());
  const network = vi.fn(down);
  await expect(patientFetch(network)('/runs.txt', navigation)).rejects.toThrow('Failed to fetch');
  expect(network).toHaveBeenCalledTimes(3);
});

test('what is fetched ahead, and what is no page, fails at once', async () => {
  const { patientFetch } = await fresh();
  const network = vi.fn(down);
  const fetch = patientFetch(network);
  const ahead = { headers: { ...navigation.headers, 'next-router-prefetch': '1' } };
  await expect(fetch('/runs.txt', ahead)).rejects.toThrow();
  await expect(fetch('/graphql', { method: 'POST' })).rejects.toThrow();
  expect(network).toHaveBeenCalledTimes(2);
});
