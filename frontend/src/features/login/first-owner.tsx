'use client';
import { useSearchParams } from 'next/navigation';
import { CreateFirstOwnerDocument } from '@/gql/graphql';
import { Card } from './card';
import { EntranceForm, TextField } from './form';
import { useEntrance } from './use-entrance';

/** Of a server that was just installed. `dagy up` makes the owner itself, and never comes here. */
export function FirstOwner() {
  // The link that the server prints has it.
  const token = useSearchParams().get('setup') ?? '';
  const { mutate, error, isPending, isSuccess } = useEntrance(CreateFirstOwnerDocument);
  return (
    <Card title="Set up Dagy" lead="Create the first account. It becomes the owner of this installation.">
      <EntranceForm
        error={error}
        busy={isPending || isSuccess}
        submit="Create owner account"
        onSubmit={(text) =>
          mutate({
            input: {
              setupToken: text('setupToken').trim(),
              name: text('name').trim(),
              email: text('email').trim(),
              password: text('password'),
            },
          })
        }
      >
        <TextField
          name="setupToken"
          label="Set-up token"
          autoComplete="off"
          error={error}
          initial={token}
          focused={!token}
          hint={
            <>
              <code className="font-mono">dagy server</code> prints it when it starts, or it is what{' '}
              <code className="font-mono">DAGY_SETUP_TOKEN</code> says.
            </>
          }
        />
        <TextField name="name" label="Your name" autoComplete="name" error={error} focused={Boolean(token)} optional />
        <TextField name="email" label="E-mail" type="email" autoComplete="username" error={error} />
        <TextField name="password" label="Password" type="password" autoComplete="new-password" error={error} />
      </EntranceForm>
    </Card>
  );
}
