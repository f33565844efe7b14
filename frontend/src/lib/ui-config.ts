'use client';
/** What this installation has switched on: one build serves them all. */
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

export interface UiConfig {
  version: string;
  graphiql: boolean;
}

const NOTHING_YET: UiConfig = { version: '', graphiql: false };

async function read(): Promise<UiConfig> {
  const response = await fetch('/api/ui-config', { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`ui-config: ${response.status}`);
  return (await response.json()) as UiConfig;
}

export function useUiConfigQuery(): UseQueryResult<UiConfig> {
  return useQuery({ queryKey: ['ui-config'], queryFn: read, staleTime: Infinity });
}

export function useUiConfig(): UiConfig {
  return useUiConfigQuery().data ?? NOTHING_YET;
}
