'use client';
/** What the address of the page says: the tab, the selected task. */
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';

export const TABS = ['overview', 'tasks', 'logs', 'values', 'events', 'files', 'compare'] as const;

export type Tab = (typeof TABS)[number];

export function useTab() {
  return useQueryState('tab', parseAsStringLiteral(TABS).withDefault('overview').withOptions({ history: 'push' }));
}

export function useSelectedTask() {
  return useQueryState('task', parseAsString.withOptions({ history: 'push' }));
}
