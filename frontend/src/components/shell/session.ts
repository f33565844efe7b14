'use client';
/** Leaving, and changing sides. Both end with a full load, so that nothing of before stays in memory. */
import { RevokeOtherSessionsDocument, SignOutDocument, SwitchOrganizationDocument } from '@/gql/graphql';
import { plural } from '@/lib/format';
import { tellOtherTabs } from '@/lib/signed-out';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';
import { forgetViewer } from '@/lib/viewer-cache';

export function useSignOut() {
  return useGqlMutation(SignOutDocument, {
    onSuccess: () => {
      forgetViewer();
      tellOtherTabs();
      window.location.assign('/login');
    },
  });
}

export function useSwitchOrganization() {
  return useGqlMutation(SwitchOrganizationDocument, {
    onSuccess: () => {
      forgetViewer();
      tellOtherTabs();
      window.location.assign('/dashboard');
    },
  });
}

/** Every other browser; this one stays signed in. */
export function useSignOutElsewhere() {
  return useGqlMutation(RevokeOtherSessionsDocument, {
    onSuccess: ({ revokeOtherSessions: { count } }) =>
      toast.success(count > 0 ? `Signed out of ${plural(count, 'other session')}.` : 'You were not signed in anywhere else.'),
  });
}
