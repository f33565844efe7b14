import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromField, isNaive, isShowable, movedTo, toField } from '@/features/run-dialog/moments';

describe('in UTC', () => {
  test('a moment with a zone is shown in that of the browser', () => {
    expect(toField('2026-11-26T05:00:00+02:00')).toBe('2026-11-26T03:00');
    expect(toField('2026-11-26T05:00:07Z')).toBe('2026-11-26T05:00:07');
  });
  test('one without keeps none', () => {
    expect(toField('2026-11-26T05:00:00')).toBe('2026-11-26T05:00:00');
    expect(isNaive('2026-11-26T05:00:00')).toBe(true);
    expect(fromField('2026-11-26T06:00', true)).toBe('2026-11-26T06:00:00');
  });
  test('a new one has the offset', () => expect(fromField('2026-11-26T06:00', false)).toBe('2026-11-26T06:00:00+00:00'));
});

describe('in Berlin', () => {
  beforeEach(() => void (process.env.TZ = 'Europe/Berlin'));
  afterEach(() => void (process.env.TZ = 'UTC'));

  test('the offset is that of the day', () => {
    expect(fromField('2026-01-15T09:30', false)).toBe('2026-01-15T09:30:00+01:00');
    expect(fromField('2026-07-15T09:30:15', false)).toBe('2026-07-15T09:30:15+02:00');
    expect(movedTo('2026-07-15T09:30')).toBeNull();
  });
  test('a time that is skipped is moved as the clocks are, and that is known', () => {
    expect(fromField('2026-03-29T02:30', false)).toBe('2026-03-29T03:30:00+02:00');
    expect(movedTo('2026-03-29T02:30')).toBe('03:30');
  });
  test('a time that comes twice is the first of both', () => {
    expect(fromField('2026-10-25T02:30', false)).toBe('2026-10-25T02:30:00+02:00');
    expect(movedTo('2026-10-25T02:30')).toBeNull();
  });
  test('a skipped time without a zone stays', () => expect(fromField('2026-03-29T02:30', true)).toBe('2026-03-29T02:30:00'));
});

test.each([
  ['date-time', '2026-03-29T02:30:00Z', true],
  ['date-time', 'yesterday', false],
  ['date-time', '2026-99-29T02:30:00Z', false],
  ['date', '2026-03-29', true],
  ['date', '2026-03-29T00:00', false],
  ['time', '02:30:00', true],
  ['time', '02:30:00+02:00', false],
] as const)('a field of a %s can show %s: %s', (format, text, is) => expect(isShowable(format, text)).toBe(is));
