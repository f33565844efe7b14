// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recoverFromLostParts, RECOVERY_BOOT_SCRIPT } from '@/lib/recovery-boot';

const assign = vi.fn();
const reload = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('location', { href: 'http://localhost/dashboard', assign, reload });
  sessionStorage.clear();
  delete (window as { dagyWanted?: unknown }).dagyWanted;
  document.querySelectorAll('[role=alert]').forEach((one) => one.remove());
  assign.mockClear();
  reload.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function lose(tag: 'script' | 'img', src: string): void {
  const element = document.createElement(tag);
  element.setAttribute('src', src);
  document.body.append(element);
  element.dispatchEvent(new Event('error'));
}

test('its text stands alone', () => {
  expect(() => new Function(RECOVERY_BOOT_SCRIPT)).not.toThrow();
});

test('a lost script is waited for, and then all is loaded where the click leads', async () => {
  let isUp = false;
  vi.stubGlobal('fetch', () => (isUp ? Promise.resolve(new Response('{}')) : Promise.reject(new TypeError())));
  recoverFromLostParts();
  document.body.innerHTML = '<a href="/runs">Runs</a>';
  document.querySelector('a')!.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
  lose('script', 'http://localhost/_next/static/chunks/a.js');
  await vi.advanceTimersByTimeAsync(0);
  expect(document.querySelector('[role=alert]')?.textContent).toContain('Trying again in 1 s.');
  isUp = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(assign.mock.calls.map(([to]) => new URL(String(to), 'http://localhost').pathname)).toEqual(['/runs']);
});

test('a picture that is lost reloads nothing', async () => {
  vi.stubGlobal('fetch', vi.fn());
  recoverFromLostParts();
  lose('img', 'http://localhost/_next/static/x.png');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).not.toHaveBeenCalled();
});

test('a page that loses its scripts again and again is reloaded ever more slowly', async () => {
  vi.stubGlobal('fetch', async () => new Response('{}'));
  sessionStorage.setItem('dagy-recovered', `3@${Date.now()}`);
  recoverFromLostParts();
  lose('script', 'http://localhost/_next/static/chunks/a.js');
  await vi.advanceTimersByTimeAsync(7_000);
  expect(reload).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(reload).toHaveBeenCalled();
});
