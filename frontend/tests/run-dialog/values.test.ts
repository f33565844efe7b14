import { describe, expect, test } from 'vitest';
import { same } from '@/lib/json';
import { money } from '@/features/run-dialog/money';
import { checked, plain, problemAt } from '@/features/run-dialog/problems';
import { numberFrom, shown } from '@/features/run-dialog/scalars';
import { baseValues, differing, parsedObject, withValue } from '@/features/run-dialog/values';

const SCHEMA = {
  type: 'object',
  required: ['source'],
  properties: {
    source: { type: 'string' },
    limit: { type: 'integer', default: 500, maximum: 1000 },
    rows: { type: 'array', items: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } } },
    until: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
  },
  additionalProperties: false,
};

test('what a run gets anyway: defaults of the flow, over them the deployment’s', () => {
  expect(baseValues(SCHEMA, { limit: 10, source: 's3' })).toEqual({ limit: 10, source: 's3', until: null });
  expect(baseValues(SCHEMA, undefined)).toEqual({ limit: 500, until: null });
});

test('only what differs is sent, and all of it where the base may not be read', () => {
  expect(differing({ limit: 500, source: 'x', until: null }, { limit: 500, until: 'now' })).toEqual({ source: 'x', until: null });
  expect(differing({ limit: 500 }, null)).toEqual({ limit: 500 });
});

test('values are the same by what they hold', () => {
  expect(same({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
  expect(same({ a: undefined }, {})).toBe(false);
  expect(same([1], { 0: 1 })).toBe(false);
});

test('a value is set and taken away in a copy', () => {
  const before = { a: 1 };
  expect(withValue(before, 'b', null)).toEqual({ a: 1, b: null });
  expect(withValue(before, 'a', undefined)).toEqual({});
  expect(before).toEqual({ a: 1 });
});

test('JSON is one object or a problem', () => {
  expect(parsedObject('{"a": 1}')).toEqual({ values: { a: 1 } });
  expect(parsedObject(' ')).toEqual({ values: {} });
  expect(parsedObject('[1]')).toHaveProperty('problem');
  expect(parsedObject('{')).toHaveProperty('problem');
});

describe('problems', () => {
  test.each([
    [{ source: 'x' }, []],
    [{}, ['parameters.source']],
    [{ source: 'x', limit: 'many' }, ['parameters.limit']],
    [{ source: 'x', limit: 2000 }, ['parameters.limit']],
    [{ source: 'x', rows: [{ id: 1 }, {}] }, ['parameters.rows[1].id']],
    [{ source: 'x', rows: [{ id: 'a' }] }, ['parameters.rows[0].id']],
    [{ source: 'x', other: 1 }, ['parameters.other']],
    [{ source: 'x', until: 3 }, ['parameters.until']],
  ])('of %j are at %j', (values, paths) => expect(checked(SCHEMA, values).map(({ path }) => path)).toEqual(paths));

  test('a date and time without a zone is none', () => {
    expect(checked({ properties: { since: { type: 'string', format: 'date-time' } } }, { since: '2026-01-01T10:00:00' })).toEqual([]);
  });

  const FOUND = [
    { path: 'parameters.rows[1].id', message: 'rows[1].id: it is required' },
    { path: 'deployment', message: 'It is paused.' },
  ];

  test('are shown at their field, and at a field that is drawn whole', () => {
    expect(problemAt(FOUND, 'parameters.rows[1].id')).toBe('It is required');
    expect(problemAt(FOUND, 'parameters.rows')).toBeUndefined();
    expect(problemAt(FOUND, 'parameters.rows', { deep: true })).toBe('It is required');
    expect(problemAt(FOUND, 'parameters.row', { deep: true })).toBeUndefined();
  });

  test('lose the name that stands beside them', () => expect(plain('limit: expected integer, got string')).toBe('Expected integer, got string'));
  test('lose it in any script', () => expect(plain('größe.रिपोर्ट[0]: too small')).toBe('Too small'));
});

test('numbers are read, and what is none stays text', () => {
  expect(numberFrom(' 1.50 ')).toBe(1.5);
  expect(numberFrom('')).toBeUndefined();
  expect(numberFrom('12 apples')).toBe('12 apples');
  expect(numberFrom('-9007199254740995')).toBe(-9007199254740995n);
  expect(shown(9007199254740995n)).toBe('9007199254740995');
  expect(numberFrom('1e999')).toBe('1e999');
  expect(shown(null)).toBe('');
  expect(shown([1])).toBe('[1]');
});

test('money', () => {
  expect(money(1_250_000)).toBe('$1.25');
  expect(money(120)).toBe('$0.00012');
});
