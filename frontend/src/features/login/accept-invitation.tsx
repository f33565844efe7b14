'use client';
import { useState } from 'react';
import { Loaded } from '@/components/page';
import { Button } from '@/components/ui/button';
import { Skeleton } from '@/components/ui/surfaces';
import { AcceptInvitationDocument, InvitationPreviewDocument } from '@/gql/graphql';
import type { GqlError } from '@/lib/gql';
import { useGql } from '@/lib/use-gql';
import { Card, SpentLink } from './card';
import { EntranceForm, TextField } from './form';
import { useEntrance } from './use-entrance';

export function AcceptInvitation({ token }: { token: string }) {
  const preview = useGql(InvitationPreviewDocument, { token }, { retry: false });
  if (preview.error) return <Spent error={preview.error} />;
  return (
    <Loaded query={preview} skeleton={<Skeleton className="h-72 w-[min(380px,100%)]" />}>
      {({ invitationPreview: { organization, email } }) => (
        <Card title={`Join ${organization}`} lead={`You are invited as ${email}.`}>
          <Join token={token} email={email} />
        </Card>
      )}
    </Loaded>
  );
}

/** Which of both one is the server does not tell whoever holds a link, so the person says it. */
function Join({ token, email }: { token: string; email: string }) {
  const [isNew, setNew] = useState(true);
  const { mutate, error, isPending, isSuccess, reset } = useEntrance(AcceptInvitationDocument);
  const change = () => {
    setNew(!isNew);
    reset();
  };
  return (
    <>
      <EntranceForm
        key={String(isNew)}
        error={error}
        busy={isPending || isSuccess}
        submit={isNew ? 'Create account' : 'Join'}
        onSubmit={(text) => mutate({ input: { token, name: text('name').trim(), password: text('password') } })}
      >
        <TextField name="email" label="E-mail" type="email" autoComplete="username" error={error} value={email} />
        {isNew && <TextField name="name" label="Your name" autoComplete="name" error={error} focused />}
        <TextField
          name="password"
          label={isNew ? 'Choose a password' : 'Your password'}
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          error={error}
          focused={!isNew}
        />
      </EntranceForm>
      <Button variant="ghost" onClick={change}>
        {isNew ? 'I already have an account' : 'Create a new account'}
      </Button>
    </>
  );
}

function Spent({ error }: { error: GqlError }) {
  const isGone = error.code === 'NOT_FOUND';
  return <SpentLink lead={isGone ? 'The invitation has been used, was revoked, or has expired. Ask for a new one.' : error.message} />;
}
