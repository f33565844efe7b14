/** What `/login?error=…` says: the codes that the way through an identity provider can end with. */
const REFUSALS: Record<string, string> = {
  state: 'This sign-in was started in another browser. Try again.',
  expired: 'The sign-in has expired. Try again.',
  refused: 'The identity provider refused the sign-in.',
  invalid: 'The identity provider sent an invalid response. Contact the administrator of this installation.',
  unavailable: 'The identity provider is not responding. Try again in a moment.',
  domain: 'Your e-mail domain is not allowed to sign in here.',
  no_organization: 'That organization does not exist. Contact the administrator of this installation.',
  disabled: 'This account is disabled. Ask an admin of your organization.',
  no_email: 'The identity provider did not send your e-mail address.',
  email_not_verified: 'The identity provider has not verified your e-mail address.',
  no_account: 'You have no account here yet. Ask for an invitation.',
  no_role: 'You have no role in the organization. Ask one of its admins.',
  rate_limited: 'Too many attempts. Wait a minute, then try again.',
  internal: 'Sign-in failed because of a server error. See the server log.',
};

export function refusalOf(code: string | null): string | null {
  if (!code) return null;
  return REFUSALS[code] ?? 'The sign-in failed. Try again.';
}
