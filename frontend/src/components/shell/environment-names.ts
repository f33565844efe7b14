'use client';
import { EnvironmentNamesDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import type { Place } from '@/lib/protection';
import { useGql } from '@/lib/use-gql';

const KEPT_MS = 60_000;

/** Of all environments that the viewer may read. */
export function useEnvironmentNames(): string[] {
  return useEnvironments().map(({ name }) => name);
}

export function useEnvironments(): readonly Place[] {
  const can = useCan();
  const { data } = useGql(EnvironmentNamesDocument, {}, { enabled: can('ENVIRONMENTS_READ'), staleTime: KEPT_MS });
  return data?.environments.nodes ?? [];
}
