import { describe, expect, test } from 'vitest';
import { blank, fits } from '@/features/run-dialog/blank';
import { membersOf, shapeOf, wordFor } from '@/features/run-dialog/schema';

const ROOT = {
  $defs: {
    Region: { title: 'Region', enum: ['eu', 'us'] },
    Address: { title: 'Address', type: 'object', required: ['street'], properties: { street: { type: 'string' }, city: { type: 'string', default: 'Berlin' } } },
    Node: { type: 'object', required: [], properties: { next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } } },
  },
};
const optional = (schema: object) => ({ anyOf: [schema, { type: 'null' }], default: null });

describe('shapeOf', () => {
  test.each([
    [{ type: 'string' }, { kind: 'text', isNullable: false }],
    [{ type: 'string', format: 'date-time' }, { kind: 'moment', format: 'date-time' }],
    [{ type: 'integer' }, { kind: 'number', isInteger: true }],
    [{ type: ['number', 'null'] }, { kind: 'number', isInteger: false, isNullable: true }],
    [{ type: 'boolean' }, { kind: 'boolean' }],
    [{ $ref: '#/$defs/Region', default: 'eu' }, { kind: 'choice', values: ['eu', 'us'] }],
    [{ const: 3 }, { kind: 'choice', values: [3] }],
    [optional({ type: 'string', format: 'date' }), { kind: 'moment', format: 'date', isNullable: true }],
    [optional({ $ref: '#/$defs/Address' }), { kind: 'object', isNullable: true }],
    [{ anyOf: [{ type: 'integer' }, { type: 'string' }, { type: 'null' }] }, { kind: 'variants', isNullable: true }],
    [{ type: 'array', items: { type: 'string' } }, { kind: 'list', item: { type: 'string' } }],
    [{ type: 'array', prefixItems: [{ type: 'string' }], items: false }, { kind: 'json' }],
    [{ type: 'object', additionalProperties: { type: 'integer' } }, { kind: 'map', item: { type: 'integer' } }],
    [{ type: 'object' }, { kind: 'json' }],
    [{ default: null }, { kind: 'json', isNullable: false }],
    [{ $ref: '#/$defs/Missing' }, { kind: 'json' }],
  ])('%j', (schema, shape) => expect(shapeOf(schema, ROOT)).toMatchObject(shape));

  test('what a field is about comes from outside or inside of the variants', () => {
    expect(shapeOf(optional({ type: 'string', description: 'Inside' }), ROOT).description).toBe('Inside');
    expect(shapeOf({ ...optional({ type: 'string', description: 'Inside' }), description: 'Outside' }, ROOT).description).toBe('Outside');
  });
});

test('what is required comes first, in the order of the flow', () => {
  const members = membersOf({ properties: { b: {}, a: {}, z: {}, y: {} }, required: ['z', 'y'] });
  expect(members.map(({ name }) => name)).toEqual(['z', 'y', 'a', 'b']);
});

test('a blank object has its required members, a schema of itself ends', () => {
  expect(blank({ $ref: '#/$defs/Address' }, ROOT)).toEqual({ street: '' });
  expect(blank({ $ref: '#/$defs/Node' }, ROOT)).toEqual({});
  expect(blank({ type: 'integer', minimum: 5 }, ROOT)).toBe(5);
});

test('variants are told apart by type and by their tags', () => {
  const tagged = (type: string) => ({ type: 'object', required: ['type'], properties: { type: { const: type } } });
  expect(fits(tagged('csv'), { type: 'csv' }, ROOT)).toBe(true);
  expect(fits(tagged('csv'), { type: 'json' }, ROOT)).toBe(false);
  expect(fits({ type: 'integer' }, 'x', ROOT)).toBe(false);
  expect(fits({ type: 'integer' }, 1.5, ROOT)).toBe(false);
});

test('words for kinds', () => {
  expect(wordFor({ $ref: '#/$defs/Region' }, ROOT)).toBe('Region');
  expect(wordFor({ type: 'string', format: 'date-time' }, ROOT)).toBe('date and time');
});
