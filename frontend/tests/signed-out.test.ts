import { expect, test } from 'vitest';
import { loginPath, safeNext, sameOriginPath } from '@/lib/signed-out';

test.each([
  [null, '/dashboard'],
  ['', '/dashboard'],
  ['/', '/dashboard'],
  ['/runs?state=FAILED#x', '/runs?state=FAILED#x'],
  ['/runs?q=//evil.example', '/runs?q=//evil.example'],
  ['/login?next=/runs', '/dashboard'],
  ['/x/../login', '/dashboard'],
  ['https://evil.example/', '/dashboard'],
  ['//evil.example/', '/dashboard'],
  ['/\\evil.example/', '/dashboard'],
  ['/\t/evil.example/', '/dashboard'],
  ['/..//evil.example', '/dashboard'],
  ['/a/../\\evil.example', '/dashboard'],
  ['javascript:alert(1)', '/dashboard'],
  ['runs', '/dashboard'],
])('after signing in, next=%j leads to %s', (next, path) => expect(safeNext(next)).toBe(path));

/** Every row of up to five parts of which browsers make hosts, and paths that vanish. */
function generated(): string[] {
  const parts = ['/', '\\', '.', '..', '%2e', '%2E%2e', '\t', '@', ':', 'x', 'evil.example'];
  let rows = ['/'];
  const all: string[] = [];
  for (let length = 0; length < 4; length++) {
    rows = rows.flatMap((row) => parts.map((part) => row + part));
    all.push(...rows, ...rows.map((row) => `${row}//evil.example/`));
  }
  return all;
}

test('no address leads to another site, however often it is resolved', () => {
  const here = 'https://dagy.example';
  const left = generated().filter((wanted) => {
    let path = safeNext(wanted);
    for (let times = 0; times < 3; times++) {
      const { origin, pathname, search, hash } = new URL(path, `${here}/login`);
      if (origin !== here) return true;
      path = pathname + search + hash;
    }
    return false;
  });
  expect(left).toEqual([]);
});

test('a path of this site stays as it is', () => {
  for (const path of ['/runs', '/runs/a-b?tab=logs#L10', '/flows/daily%20report', '/flows/%E6%8A%BD']) {
    expect(sameOriginPath(path)).toBe(path);
  }
});

test('the way to the sign-in page remembers where one was', () => {
  expect(loginPath('/runs?env=prod')).toBe('/login?next=%2Fruns%3Fenv%3Dprod');
  expect(loginPath('/')).toBe('/login');
});
