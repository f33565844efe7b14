/** Whatever a schema holds, the form is drawn from it and its values are checked as far as can be. */
import { describe, expect, test } from 'vitest';
import { blank, fits } from '@/features/run-dialog/blank';
import { checked } from '@/features/run-dialog/problems';
import { membersOf, shapeOf, wordFor, type Schema } from '@/features/run-dialog/schema';
import { baseValues } from '@/features/run-dialog/values';

const itself = { $ref: '#/$defs/Self' };
const deep = (levels: number): object =>
  Array.from({ length: levels }).reduce<object>((inside) => ({ type: 'object', required: ['a'], properties: { a: inside } }), { type: 'string' });

const NONSENSE: [string, unknown][] = [
  ['no object', 'text'],
  ['null', null],
  ['a list', []],
  ['a reference into nothing', { properties: { a: { $ref: '#/$defs/Missing' } }, required: ['a'] }],
  ['a reference to elsewhere', { properties: { a: { $ref: 'https://elsewhere/x.json' } } }],
  ['a reference that is no text', { properties: { a: { $ref: 7 } } }],
  ['a reference to itself', { properties: { a: itself }, $defs: { Self: itself } }],
  ['references in a circle', { properties: { a: { $ref: '#/$defs/B' } }, $defs: { B: { $ref: '#/$defs/C' }, C: { $ref: '#/$defs/B' } } }],
  ['a union of itself', { properties: { a: itself }, $defs: { Self: { anyOf: [itself, { type: 'null' }] } } }],
  ['a union of itself twice', { properties: { a: itself }, required: ['a'], $defs: { Self: { anyOf: [itself, itself] } } }],
  ['a sum of itself', { properties: { a: itself }, $defs: { Self: { allOf: [itself, { type: 'string' }] } } }],
  ['a model that requires itself', { properties: { a: itself }, required: ['a'], $defs: { Self: { type: 'object', required: ['next'], properties: { next: itself } } } }],
  ['two models that require both', { properties: { a: itself }, required: ['a'], $defs: { Self: { type: 'object', required: ['x', 'y'], properties: { x: itself, y: itself } } } }],
  ['words of the wrong type', { properties: { a: { type: 5, enum: 'no', anyOf: {}, required: 3, title: {}, description: [], minimum: {}, format: 1 } }, required: 'a' }],
  ['properties of the wrong type', { properties: [1, 2], required: [1, null, 'ghost'] }],
  ['schemas that are true and false', { properties: { a: true, b: false, c: null } }],
  ['names of every object', { properties: { constructor: { type: 'string' }, toString: { type: 'integer' } }, required: ['hasOwnProperty'] }],
  ['a pattern that is none', { properties: { a: { type: 'string', pattern: '(?P<x>' } } }],
  ['an empty choice', { properties: { a: { enum: [] } }, required: ['a'] }],
  ['an empty union', { properties: { a: { anyOf: [] } }, required: ['a'] }],
  ['a thousand levels', deep(1_000)],
  ['ten thousand levels', deep(10_000)],
];

describe.each(NONSENSE)('%s', (_, given) => {
  const schema = given as Schema;

  test('is drawn', () => {
    for (const { schema: one } of membersOf(schema)) {
      expect(shapeOf(one, schema).kind).toBeTruthy();
      expect(typeof wordFor(one, schema)).toBe('string');
      expect(() => blank(one, schema)).not.toThrow();
      expect(typeof fits(one, { a: 1 }, schema)).toBe('boolean');
    }
    expect(baseValues(schema, { a: 1 })).toMatchObject({ a: 1 });
  });

  test.each([[{}], [{ a: 'x' }], [{ a: { next: {} } }]])('checks %j', (values) => expect(Array.isArray(checked(schema, values))).toBe(true));
});

test('a reference into nothing keeps no other parameter from being checked', () => {
  const schema = { type: 'object', required: ['n', 'm'], properties: { bad: { $ref: '#/$defs/Missing' }, n: { type: 'integer' }, m: { type: 'string' } } };
  expect(checked(schema, { bad: { x: 1 }, n: 'many' }).map(({ path }) => path)).toEqual(['parameters.n', 'parameters.m']);
});

test('a schema of a hundred thousand choices or parameters is left to JSON', () => {
  const many = Array.from({ length: 100_000 }, (_, at) => `c${at}`);
  expect(shapeOf({ enum: many }, {}).kind).toBe('json');
  expect(shapeOf({ type: 'object', properties: Object.fromEntries(many.map((name) => [name, {}])) }, {}).kind).toBe('json');
});

describe('references', () => {
  const root = {
    $defs: { Color: { title: 'Color', enum: ['red', 'blue'] }, Car: { type: 'object', required: ['color'], properties: { color: { $ref: '#/$defs/Color' } }, $defs: { Wheel: { enum: [3, 4] } } } },
    definitions: { Old: { type: 'integer' } },
    properties: { first: { type: 'boolean' } },
  };
  test.each([
    ['#/$defs/Color', { kind: 'choice', values: ['red', 'blue'] }],
    ['#/definitions/Old', { kind: 'number' }],
    ['#/properties/first', { kind: 'boolean' }],
    ['#/$defs/Car/$defs/Wheel', { kind: 'choice', values: [3, 4] }],
    ['#/%24defs/Color', { kind: 'choice' }],
    ['#/%/x', { kind: 'json' }],
  ])('%s', ($ref, shape) => expect(shapeOf({ $ref }, root)).toMatchObject(shape));

  test('a choice of a model is a choice inside of it, however it is written', () => {
    const wrapped = [{ $ref: '#/$defs/Color' }, { allOf: [{ $ref: '#/$defs/Color' }], default: 'red' }, { anyOf: [{ $ref: '#/$defs/Color' }, { type: 'null' }] }];
    for (const one of wrapped) expect(shapeOf(one, root)).toMatchObject({ kind: 'choice', values: ['red', 'blue'] });
  });

  test('what is all of several has the members of all', () => {
    const both = { allOf: [{ type: 'object', properties: { a: {} }, required: ['a'] }, { properties: { b: {} }, required: ['b'] }] };
    const shape = shapeOf(both, {});
    expect(shape.kind === 'object' && shape.members.map(({ name, isRequired }) => [name, isRequired])).toEqual([['a', true], ['b', true]]);
  });
});
