import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { routeParam } from '@/lib/route-param';

test.each([
  ['/runs/brave-otter-12', 1, 'brave-otter-12'],
  ['/runs/brave-otter-12/', 1, 'brave-otter-12'],
  ['/flows/daily%20report', 1, 'daily report'],
  ['/flows/a%2Fb', 1, 'a/b'],
  ['/flows/100%', 1, '100%'],
  ['/runs', 1, ''],
])('of %s the name at %d is %j', (pathname, position, name) => expect(routeParam(pathname, position)).toBe(name));

test('no page asks Next for its parameters: in the export they are the placeholder', () => {
  const files = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((one) => /\.tsx?$/.test(one.name) && !one.parentPath.includes(join('src', 'gql')))
    .map((one) => join(one.parentPath, one.name));
  const offenders = files.filter((path) => /import[^;]*\buseParams\b/.test(readFileSync(path, 'utf8')));
  expect(files.length).toBeGreaterThan(50);
  expect(offenders).toEqual([]);
});
