'use client';
/** The router reads the next page by `fetch`; where that fails it leaves the document, and what
 *  stays is the browser's error page. So a navigation waits on the page that is there instead, and
 *  ends when the server answers. */
import { useSyncExternalStore } from 'react';
import { isNobodyThere, whenReachable } from './reach';
import type { Wanted } from './recovery-boot';

const RSC = 'rsc';
const PREFETCHES = ['next-router-prefetch', 'next-router-segment-prefetch'];
/** A server that answers, and yet not this: then the browser tries by itself. */
const ATTEMPTS = 3;

const waiting = new Set<string>();
const listeners = new Set<() => void>();

/** The path of the page that opens as soon as the server answers; null where none waits. */
export function useWaitingPage(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => [...waiting].at(-1) ?? null,
    () => null,
  );
}

type Fetch = typeof window.fetch;

export function installPatientNavigation(): void {
  window.fetch = patientFetch(window.fetch.bind(window));
}

export function patientFetch(fetch: Fetch): Fetch {
  return (input, init) => {
    if (!isNavigation(init)) return fetch(input, init);
    const page = pageOf(input);
    (window as Wanted).dagyWanted = { page, from: window.location.href, at: Date.now() };
    return patiently(page, () => fetch(input, init), init?.signal);
  };
}

async function patiently(page: string, load: () => Promise<Response>, signal?: AbortSignal | null): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await load();
      // A server that dies halfway through the page has not answered. A page has some 5 KB.
      await response.clone().arrayBuffer();
      if (!isNobodyThere(response.status) || attempt === ATTEMPTS) return response;
    } catch (problem) {
      if (signal?.aborted || attempt === ATTEMPTS) throw problem;
    }
    await waitFor(page);
  }
}

async function waitFor(page: string): Promise<void> {
  waiting.delete(page);
  waiting.add(page);
  listeners.forEach((listener) => listener());
  await whenReachable();
  waiting.delete(page);
  listeners.forEach((listener) => listener());
}

/** Next gives its headers as a plain object. What is only fetched ahead may fail. */
function isNavigation(init: RequestInit | undefined): boolean {
  const headers = init?.headers;
  if (!headers || headers instanceof Headers || Array.isArray(headers)) return false;
  return headers[RSC] === '1' && PREFETCHES.every((name) => headers[name] === undefined);
}

/** `/runs/a?tab=logs` of `http://…/runs/a.txt?tab=logs&_rsc=1x`. */
function pageOf(input: RequestInfo | URL): string {
  const url = new URL(input instanceof Request ? input.url : input, window.location.href);
  url.searchParams.delete('_rsc');
  return url.pathname.replace(/(?:\/index)?\.txt$/, '') + url.search;
}
