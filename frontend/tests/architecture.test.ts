import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SRC = join(__dirname, '../src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !name.startsWith('gql/'));
const saying = (pattern: RegExp): string[] => sources.filter((name) => pattern.test(readFileSync(join(SRC, name), 'utf8')));

test('only lib/navigation asks the router, so that no pending change of the query overrides a navigation', () => {
  expect(saying(/\buseRouter\b/)).toEqual(['lib/navigation.ts']);
});

test('links are AppLinks, which navigate the same way', () => {
  expect(saying(/from 'next\/link'/)).toEqual(['components/app-link.tsx']);
});

test('no change of the query is debounced: a navigation would not wait for it', () => {
  expect(saying(/\blimitUrlUpdates\b/)).toEqual([]);
});
