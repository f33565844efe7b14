/** What `/login?error=…` says: the codes that the way through an identity provider can end with. */
const REFUSALS: Record<string, string> = {
  state: 'The sign-in did not begin in this browser. Try again from here.',
  expired: 'The sign-in took too long, or was used already. Try again.',
  refused: 'The identity provider refused the sign-in.',
  invalid: 'The answer of the identity provider is not valid. Tell whoever runs this installation.',
  unavailable: 'The identity provider does not answer. Try again in a moment.',
  domain: 'Addresses of your domain do not sign in here.',
  no_organization: 'The organization does not exist here. Tell whoever runs this installation.',
  disabled: 'This account is disabled. Ask an admin of your organization.',
  no_email: 'The identity provider says no e-mail address for you.',
  email_not_verified: 'The identity provider has not verified your e-mail address.',
  no_account: 'You have no account here yet. Ask for an invitation.',
  no_role: 'You have no role in the organization. Ask one of its admins.',
  rate_limited: 'Too many tries. Wait a minute, then try again.',
  internal: 'The sign-in failed for a reason of ours. It is in the log of the server.',
};

export function refusalOf(code: string | null): string | null {
  if (!code) return null;
  return REFUSALS[code] ?? 'The sign-in failed. Try again.';
}
