'use client';
/** Who is signed in already has no business on the sign-in page. */
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useEffect } from 'react';
import { ViewerDocument, type ViewerQuery } from '@/gql/graphql';
import { operationName, post } from '@/lib/gql';
import { safeNext } from '@/lib/signed-out';
import { rememberViewer } from '@/lib/viewer-cache';

/** Not `gql`: here the answer "nobody" is no error, and leads nowhere. */
async function signedIn(): Promise<boolean> {
  const query = ViewerDocument.toString();
  const { data } = await post<ViewerQuery>({ query, operationName: operationName(query) });
  if (data) rememberViewer(data);
  return data != null;
}

export function useSkippedWhenSignedIn({ unless }: { unless: boolean }): boolean {
  const next = safeNext(useSearchParams().get('next'));
  const { data: isSignedIn = false } = useQuery({
    queryKey: ['signed-in'],
    queryFn: signedIn,
    enabled: !unless,
    retry: false,
  });
  const isSkipped = isSignedIn && !unless;
  useEffect(() => {
    if (isSkipped) window.location.replace(next);
  }, [isSkipped, next]);
  return isSkipped;
}
