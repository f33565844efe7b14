/** Deployments in the order in which people want them again. Pure. */

interface Ran {
  createdAt: string;
  deployment?: { name: string } | null;
}

/** Those of the runs, which come newest first, before all others, which keep their order. */
export function recentFirst<One extends { name: string }>(deployments: readonly One[], runs: readonly Ran[]): (One & { ranAt?: string })[] {
  const ranAt = new Map<string, string>();
  for (const { deployment, createdAt } of runs) if (deployment && !ranAt.has(deployment.name)) ranAt.set(deployment.name, createdAt);
  const all = deployments.map((one) => ({ ...one, ranAt: ranAt.get(one.name) }));
  return all.sort((one, other) => (other.ranAt ?? '').localeCompare(one.ranAt ?? ''));
}
