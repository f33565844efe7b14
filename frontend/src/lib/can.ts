'use client';
/** The one place for permissions: a control that may not be used, or a field that may not be read,
 *  is neither drawn nor asked for. */
import { useCallback, useMemo } from 'react';
import type { Permission } from '@/gql/graphql';
import { useViewer } from './viewer';

export type Can = (permission: Permission) => boolean;

export function useCan(): Can {
  const { permissions } = useViewer();
  const held = useMemo(() => new Set(permissions), [permissions]);
  return useCallback((permission) => held.has(permission), [held]);
}
