// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { foundBy, matching, score, withoutTwins } from '@/components/shell/palette-match';
import { forgetVisits, recentVisits, rememberVisit, visitOf, withVisit } from '@/lib/recent';

const command = (label: string, keywords?: string) => ({ id: label, label, keywords });

beforeEach(() => forgetVisits());

test('the beginning of a label is better than a word, and a word than letters within', () => {
  expect(score(command('Runs'), 'ru')).toBe(3);
  expect(score(command('Cancel this run'), 'ru')).toBe(2);
  expect(score(command('Theme: dark', 'appearance'), 'appear dark')).toBe(2);
  expect(score(command('Environment: production'), 'duct')).toBe(1);
  expect(score(command('Environment: production'), 'x')).toBe(0);
  expect(score(command('Dashboard'), 'o')).toBe(0);
});

test('the best comes first, and equals stay in their order', () => {
  const commands = [command('Cancel this run'), command('Run again'), command('Open'), command('Retry this run')];
  expect(matching(commands, 'run').map(({ label }) => label)).toEqual(['Run again', 'Cancel this run', 'Retry this run']);
  expect(matching(commands, '  ')).toEqual(commands);
});

test("a page's own command takes the place of the site's", () => {
  expect(withoutTwins([command('Run a flow …'), command('Sign out')], [command('Run a flow')])).toEqual([command('Sign out')]);
});

test('runs and flows are visits; their lists and other pages are none', () => {
  expect(visitOf('/runs/brave-otter')).toEqual({ kind: 'run', name: 'brave-otter' });
  expect(visitOf('/flows/daily%20report')).toEqual({ kind: 'flow', name: 'daily report' });
  expect(visitOf('/runs')).toBeNull();
  expect(visitOf('/dashboard')).toBeNull();
  expect(visitOf('/flows/%E0%A4%A')).toBeNull();
});

test('a visit moves to the front, and eight are kept', () => {
  const visits = Array.from({ length: 8 }, (_, index) => ({ kind: 'run' as const, name: `run-${index}` }));
  const next = withVisit(visits, { kind: 'run', name: 'run-3' });
  expect(next).toHaveLength(8);
  expect(next[0]).toEqual({ kind: 'run', name: 'run-3' });
  expect(withVisit(visits, { kind: 'flow', name: 'run-3' })).toHaveLength(8);
});

test("nobody sees another one's visits", () => {
  rememberVisit('ada/acme', { kind: 'flow', name: 'etl' });
  expect(recentVisits('ada/acme')).toEqual([{ kind: 'flow', name: 'etl' }]);
  expect(recentVisits('bob/acme')).toEqual([]);
});

test('a run that is found by its error says so', () => {
  expect(foundBy('REFUSED', 'orders', 'Connection refused')).toBe('orders · Connection refused');
  expect(foundBy('orders', 'orders', 'Connection refused')).toBe('orders');
  expect(foundBy('x', undefined, undefined)).toBe('');
});
