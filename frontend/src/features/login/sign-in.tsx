'use client';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense } from 'react';
import { buttonStyle } from '@/components/ui/button';
import { Spinner } from '@/components/ui/spinner';
import { SignInDocument, type SignInPageQuery } from '@/gql/graphql';
import { safeNext } from '@/lib/signed-out';
import { Card } from './card';
import { EntranceForm, Notice, TextField } from './form';
import { refusalOf } from './refusals';
import { useEntrance } from './use-entrance';

const Clerk = lazy(() => import('./clerk'));

type Options = SignInPageQuery['signInOptions'];

export function SignIn({ options: { password, oidc, clerk } }: { options: Options }) {
  const params = useSearchParams();
  const refusal = refusalOf(params.get('error'));
  return (
    <Card title="Sign in to Dagy">
      {refusal && <Notice>{refusal}</Notice>}
      {password && <PasswordForm />}
      {password && (oidc || clerk) && <Or />}
      {oidc && (
        <a
          href={`${oidc.url}?${new URLSearchParams({ return_to: safeNext(params.get('next')) }).toString()}`}
          className={buttonStyle({ size: 'lg' })}
        >
          Sign in with {oidc.name}
        </a>
      )}
      {clerk && (
        <Suspense fallback={<Spinner className="mx-auto" />}>
          <Clerk publishableKey={clerk.publishableKey} />
        </Suspense>
      )}
      {!password && !oidc && !clerk && (
        <p className="text-soft">No sign-in method is enabled. Contact the administrator of this installation.</p>
      )}
    </Card>
  );
}

function PasswordForm() {
  const { mutate, error, isPending, isSuccess } = useEntrance(SignInDocument);
  return (
    <EntranceForm
      error={error}
      busy={isPending || isSuccess}
      submit="Sign in"
      onSubmit={(text) => mutate({ input: { email: text('email').trim(), password: text('password') } })}
    >
      <TextField name="email" label="E-mail" type="email" autoComplete="username" error={error} focused />
      <TextField
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        error={error}
        hint="Forgotten? An admin of your organization can give you a link."
      />
    </EntranceForm>
  );
}

function Or() {
  return (
    <div aria-hidden className="flex items-center gap-3 text-xs text-soft">
      <span className="h-px flex-1 bg-line" /> or <span className="h-px flex-1 bg-line" />
    </div>
  );
}
