'use client';
import { buttonStyle } from '@/components/ui/button';
import { ResetPasswordDocument } from '@/gql/graphql';
import { useGqlMutation } from '@/lib/use-gql';
import { Card, SpentLink } from './card';
import { EntranceForm, TextField } from './form';

export function ResetPassword({ token }: { token: string }) {
  const { mutate, error, isPending, isSuccess } = useGqlMutation(ResetPasswordDocument, { quiet: true });
  if (isSuccess) {
    return (
      <Card title="Password changed" lead="All sessions have ended. Sign in with the new password.">
        <a href="/login" className={buttonStyle({ variant: 'primary', size: 'lg' })}>
          Sign in
        </a>
      </Card>
    );
  }
  if (error?.code === 'NOT_FOUND') {
    return <SpentLink lead="The link was used or has expired. Ask an admin of your organization for a new one." />;
  }
  return (
    <Card title="Choose a new password" lead="It ends all your sessions.">
      <EntranceForm
        error={error}
        busy={isPending}
        submit="Change the password"
        onSubmit={(text) => mutate({ input: { token, password: text('password') } })}
      >
        <TextField name="password" label="New password" type="password" autoComplete="new-password" error={error} focused />
      </EntranceForm>
    </Card>
  );
}
