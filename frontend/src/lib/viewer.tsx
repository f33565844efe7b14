'use client';
/** Who is signed in. Pages are drawn inside, so there they may take it for granted. */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useRef, type ReactNode } from 'react';
import { ViewerDocument, type ViewerQuery } from '@/gql/graphql';
import type { GqlError } from './gql';
import { useGql } from './use-gql';
import { recallViewer, rememberViewer } from './viewer-cache';

export type Viewer = ViewerQuery['viewer'];

const ViewerContext = createContext<Viewer | null>(null);

interface Props {
  children: ReactNode;
  loading: ReactNode;
  failed: (error: GqlError, retry: () => void) => ReactNode;
}

export function ViewerProvider({ children, loading, failed }: Props) {
  const { data, error, refetch } = useGql(ViewerDocument, {}, { placeholderData: recallViewer, staleTime: 60_000 });
  useKeptInStep(data);
  if (data) return <ViewerContext value={data.viewer}>{children}</ViewerContext>;
  return error ? failed(error, () => void refetch()) : loading;
}

/** Another person or organization than the one remembered: what was read meanwhile is read again. */
function useKeptInStep(data: ViewerQuery | undefined): void {
  const client = useQueryClient();
  const before = useRef<string>(undefined);
  useEffect(() => {
    if (!data) return;
    rememberViewer(data);
    const identity = viewerKey(data.viewer);
    if (before.current && before.current !== identity) {
      void client.resetQueries({ predicate: ({ queryKey: [name] }) => name !== 'Viewer' });
    }
    before.current = identity;
  }, [client, data]);
}

/** Who, and in which organization. */
export const viewerKey = ({ user, organization }: Viewer): string => `${user?.id}/${organization.id}`;

export function useViewer(): Viewer {
  const viewer = use(ViewerContext);
  if (!viewer) throw new Error('useViewer needs a ViewerProvider above it');
  return viewer;
}
