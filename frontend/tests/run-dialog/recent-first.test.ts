import { expect, test } from 'vitest';
import { recentFirst } from '@/features/run-dialog/recent-first';

test('what ran last comes first, and what never ran keeps its order behind', () => {
  const deployments = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
  const ran = (name: string | null, createdAt: string) => ({ createdAt, deployment: name ? { name } : null });
  const runs = [ran('c', '2026-11-30T12:00:00Z'), ran(null, '2026-11-30T11:00:00Z'), ran('d', '2026-11-30T10:00:00Z'), ran('c', '2026-11-30T09:00:00Z')];
  expect(recentFirst(deployments, runs).map(({ name, ranAt }) => [name, ranAt])).toEqual([
    ['c', '2026-11-30T12:00:00Z'],
    ['d', '2026-11-30T10:00:00Z'],
    ['a', undefined],
    ['b', undefined],
  ]);
});
