'use client';
/** What a protected environment asks for beside the usual permission. Where it is missing, a control is
 *  drawn, disabled, and says why: the same one works elsewhere. */
import { useCallback } from 'react';
import type { Permission } from '@/gql/graphql';
import { useCan } from './can';

export interface Place {
  name: string;
  isProtected: boolean;
}

/** Null: the place of something that has none, or that the viewer may not read. */
export type WhyNot = (place: Place | null | undefined, permission: Permission) => string | undefined;

export function useWhyNot(): WhyNot {
  const can = useCan();
  return useCallback((place, permission) => (place?.isProtected && !can(permission) ? `${place.name} is protected, and you lack the permission ${permission}.` : undefined), [can]);
}
