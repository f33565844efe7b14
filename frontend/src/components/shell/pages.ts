'use client';
/** The pages there are, and who may see them. Navigation, palette and `g` keys read this one list. */
import { LayoutDashboard, Play, SquareTerminal, Workflow, type LucideIcon } from 'lucide-react';
import type { Permission } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useUiConfig } from '@/lib/ui-config';

export interface SitePage {
  path: string;
  name: string;
  icon: LucideIcon;
  /** After `g`. */
  key: string;
  requires?: Permission;
}

const GRAPHIQL = '/graphiql';

const PAGES: readonly SitePage[] = [
  { path: '/dashboard', name: 'Dashboard', icon: LayoutDashboard, key: 'd', requires: 'RUNS_READ' },
  { path: '/runs', name: 'Runs', icon: Play, key: 'r', requires: 'RUNS_READ' },
  { path: '/flows', name: 'Flows', icon: Workflow, key: 'f', requires: 'FLOWS_READ' },
  { path: GRAPHIQL, name: 'GraphiQL', icon: SquareTerminal, key: 'q' },
];

export function useSitePages(): readonly SitePage[] {
  const can = useCan();
  const { graphiql } = useUiConfig();
  return PAGES.filter(({ path, requires }) => (path !== GRAPHIQL || graphiql) && (!requires || can(requires)));
}

/** The documentation is a site of its own. */
export const openDocs = () => void window.open('/docs/', '_blank', 'noopener');

export function isCurrent(path: string, pathname: string): boolean {
  return pathname === path || pathname.startsWith(`${path}/`);
}
