import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashKey } from '@tanstack/react-query';
import { describe, expect, test } from 'vitest';
import { asCurl, graphiqlPath } from '@/lib/copy-as';
import { parsed } from '@/lib/gql';
import { parseJson, rounded, same, writeJson } from '@/lib/json';
import { makeQueryClient } from '@/lib/query-client';

const TEXT = '{"id":9007199254740995,"far":[-18446744073709551617,1],"half":0.5,"text":"9007199254740995"}';

describe('integers beyond 2^53', () => {
  test('survive being read and written', () => {
    expect(parseJson(TEXT)).toEqual({ id: 9007199254740995n, far: [-18446744073709551617n, 1], half: 0.5, text: '9007199254740995' });
    expect(writeJson(parseJson(TEXT))).toBe(TEXT);
    expect(writeJson(parseJson('[9007199254740991]'))).toBe('[9007199254740991]');
    expect(parseJson('[9007199254740991]')).toEqual([9007199254740991]);
  });

  test('are the same only if every digit is', () => {
    expect(same(parseJson(TEXT), parseJson(TEXT))).toBe(true);
    expect(same(parseJson('9007199254740995'), parseJson('9007199254740996'))).toBe(false);
  });

  test('come out of an answer of the server as they are', () => {
    expect(parsed<object>(200, `{"data":{"run":{"result":9007199254740995}}}`).data).toEqual({ run: { result: 9007199254740995n } });
  });

  test('go as they are into what is copied', () => {
    const operation = { document: 'mutation Start($id: JSON!) { start(id: $id) }', variables: { id: 9007199254740995n } };
    expect(asCurl(operation, 'http://here')).toContain('"variables":{"id":9007199254740995}');
    expect(decodeURIComponent(graphiqlPath(operation))).toContain('9007199254740995');
  });

  test('tell queries apart', () => {
    const hash = makeQueryClient().getDefaultOptions().queries!.queryKeyHashFn!;
    const key = (id: unknown) => ['RunPreview', { input: { id, a: 1 } }] as const;
    expect(hash(key(9007199254740995n))).not.toBe(hash(key(9007199254740996n)));
    expect(hash(['x', { b: 1, a: [2] }])).toBe(hash(['x', { a: [2], b: 1 }]));
    expect(hash(key(1))).toBe(hashKey(key(1)));
  });

  test('can be rounded for whoever knows only numbers', () => {
    expect(rounded(parseJson('{"a":[9007199254740993],"b":"x"}'))).toEqual({ a: [9007199254740992], b: 'x' });
  });
});

test.each([
  '{"text":"say \\"12345678901234567\\" and \\\\","n":12345678901234567}',
  '[0.1234567890123456,1e-7,-12345678901234567,12345678901234567]',
  '["12345678901234567","a,12345678901234567,b"]',
  '12345678901234567890123456789012345678901234567890',
])('%s is written as it was read', (text) => expect(writeJson(parseJson(text))).toBe(text));

test('fractions and exponents with many digits are numbers', () => {
  expect(parseJson('[1234567890123456789.5,1e1,12345678901234567E-3,1e-12345678901234567]')).toEqual([1234567890123456789.5, 10, 12345678901234567e-3, 0]);
});

test('what is no JSON is refused, and of a name that stands twice the last counts', () => {
  expect(() => parseJson('{"a": 12345678901234567')).toThrow(SyntaxError);
  expect(() => parseJson('{"a": 1,}')).toThrow(SyntaxError);
  expect(() => parseJson('012345678901234567')).toThrow(SyntaxError);
  expect(parseJson('{"a":1,"a":12345678901234567}')).toEqual({ a: 12345678901234567n });
});

test('objects are written with their indents, and what is undefined is left out', () => {
  expect(writeJson({ a: [1, undefined], b: undefined, c: {} }, 2)).toBe(JSON.stringify({ a: [1, undefined], b: undefined, c: {} }, null, 2));
});

/** Files that write or read what is never a value of a run: keys and what this browser keeps. */
const NO_VALUES = /^(lib\/(json|recent|viewer-cache|kept|use-subscription|query-client)\.ts|features\/(runs|graphiql)\/)/;

test('values are read and written by lib/json alone', () => {
  const root = join(__dirname, '../src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !name.startsWith('gql/') && !NO_VALUES.test(name));
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((name) => /JSON\.(parse|stringify)/.test(readFileSync(join(root, name), 'utf8')))).toEqual([]);
});
