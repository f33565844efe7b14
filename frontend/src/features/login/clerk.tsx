'use client';
/** Clerk's own form. Its token is exchanged for our cookie; nothing else of Clerk is used. */
import { ClerkProvider, SignIn, useAuth } from '@clerk/react';
import { useEffect, useRef } from 'react';
import { ExchangeTokenDocument } from '@/gql/graphql';
import { Notice } from './form';
import { useEntrance } from './use-entrance';

export default function Clerk({ publishableKey }: { publishableKey: string }) {
  return (
    <ClerkProvider publishableKey={publishableKey}>
      <Exchange />
      <SignIn routing="hash" />
    </ClerkProvider>
  );
}

function Exchange() {
  const { isSignedIn, getToken } = useAuth();
  const { mutate, error } = useEntrance(ExchangeTokenDocument);
  const hasBegun = useRef(false);
  useEffect(() => {
    if (!isSignedIn || hasBegun.current) return;
    hasBegun.current = true;
    void getToken().then((token) => token && mutate({ input: { token } }));
  }, [isSignedIn, getToken, mutate]);
  return error && <Notice>{error.message}</Notice>;
}
