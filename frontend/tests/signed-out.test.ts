import { expect, test } from 'vitest';
import { loginPath, safeNext } from '@/lib/signed-out';

test.each([
  [null, '/dashboard'],
  ['', '/dashboard'],
  ['/', '/dashboard'],
  ['/runs?state=FAILED#x', '/runs?state=FAILED#x'],
  ['/login?next=/runs', '/dashboard'],
  ['https://evil.example/', '/dashboard'],
  ['//evil.example/', '/dashboard'],
  ['/\\evil.example/', '/dashboard'],
  ['/\t/evil.example/', '/dashboard'],
  ['javascript:alert(1)', '/dashboard'],
  ['runs', '/dashboard'],
])('after signing in, next=%j leads to %s', (next, path) => expect(safeNext(next)).toBe(path));

test('the way to the sign-in page remembers where one was', () => {
  expect(loginPath('/runs?env=prod')).toBe('/login?next=%2Fruns%3Fenv%3Dprod');
  expect(loginPath('/')).toBe('/login');
});
