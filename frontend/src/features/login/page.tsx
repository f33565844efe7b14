'use client';
/** The way in: sign in, be the first owner, accept an invitation, choose a new password. */
import { useSearchParams } from 'next/navigation';
import { Loaded } from '@/components/page';
import { Skeleton } from '@/components/ui/surfaces';
import { SignInPageDocument } from '@/gql/graphql';
import { useGql } from '@/lib/use-gql';
import { useHydrated } from '@/lib/use-hydrated';
import { Card } from './card';
import { AcceptInvitation } from './accept-invitation';
import { FirstOwner } from './first-owner';
import { ResetPassword } from './reset-password';
import { SignIn } from './sign-in';
import { useSkippedWhenSignedIn } from './use-skipped';

export function LoginPage() {
  const isHydrated = useHydrated();
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <title>Sign in · Dagy</title>
      {isHydrated ? <Entrance /> : <CardBones />}
    </main>
  );
}

function Entrance() {
  const params = useSearchParams();
  const invitation = params.get('invitation');
  const reset = params.get('reset');
  const query = useGql(SignInPageDocument, {}, { staleTime: 0 });
  const isSkipped = useSkippedWhenSignedIn({ unless: Boolean(invitation ?? reset) });
  if (isSkipped) return <CardBones />;
  return (
    <Loaded query={query} skeleton={<CardBones />}>
      {({ signInOptions, setup }) => {
        if (reset) return <ResetPassword token={reset} />;
        if (invitation) return <AcceptInvitation token={invitation} />;
        if (setup.needed) return <FirstOwner />;
        return <SignIn options={signInOptions} />;
      }}
    </Loaded>
  );
}

function CardBones() {
  return (
    <Card title="Sign in to Dagy">
      <Skeleton className="h-10" />
      <Skeleton className="h-10" />
      <Skeleton className="h-10" />
    </Card>
  );
}
