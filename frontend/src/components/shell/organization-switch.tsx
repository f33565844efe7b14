'use client';
import { ChevronsUpDown } from 'lucide-react';
import { useViewer } from '@/lib/viewer';
import { Button } from '../ui/button';
import { Menu, MenuChoice } from '../ui/dropdown-menu';
import { useSwitchOrganization } from './session';

/** One organization is a name; several are a choice. */
export function OrganizationSwitch() {
  const { organization, organizations } = useViewer();
  const change = useSwitchOrganization();
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
