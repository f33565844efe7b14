'use client';
import { ChevronsUpDown } from 'lucide-react';
import { SwitchOrganizationDocument } from '@/gql/graphql';
import { useGqlMutation } from '@/lib/use-gql';
import { useViewer } from '@/lib/viewer';
import { forgetViewer } from '@/lib/viewer-cache';
import { Button } from '../ui/button';
import { Menu, MenuChoice } from '../ui/dropdown-menu';

/** One organization is a name; several are a choice. */
export function OrganizationSwitch() {
  const { organization, organizations } = useViewer();
  const change = useGqlMutation(SwitchOrganizationDocument, {
    // Nothing of the other organization may stay in memory.
    onSuccess: () => {
      forgetViewer();
      window.location.assign('/dashboard');
    },
  });
  if (organizations.length < 2) return <span className="truncate px-2 font-medium">{organization.name}</span>;
  return (
    <Menu
      trigger={
        <Button variant="ghost" busy={change.isPending} aria-label={`Organization: ${organization.name}`}>
          <span className="max-w-48 truncate">{organization.name}</span>
          <ChevronsUpDown aria-hidden className="text-soft" />
        </Button>
      }
    >
      <MenuChoice
        label="Organization"
        value={organization.id}
        onChange={(id) => change.mutate({ input: { id } })}
        options={organizations.map(({ id, name }) => ({ value: id, label: name }))}
      />
    </Menu>
  );
}
