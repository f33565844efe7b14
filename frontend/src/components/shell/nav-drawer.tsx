'use client';
import { Sheet } from '../ui/dialog';
import { EnvironmentSwitch } from './environment-switch';
import { NavLinks } from './nav-links';
import { OrganizationSwitch } from './organization-switch';

/** The navigation on a narrow screen. */
export default function NavDrawer({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  return (
    <Sheet open onOpenChange={onOpenChange} side="left" title="Dagy" size="sm">
      <nav aria-label="Pages">
        <NavLinks onFollow={() => onOpenChange(false)} />
      </nav>
      <div className="mt-4 grid justify-items-start gap-2">
        <OrganizationSwitch />
        <EnvironmentSwitch />
      </div>
    </Sheet>
  );
}
