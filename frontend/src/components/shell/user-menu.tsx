'use client';
import { BookOpen, Keyboard, LogOut, MonitorX } from 'lucide-react';
import { setTheme, THEME_NAMES, THEMES, useTheme } from '@/lib/theme';
import { useViewer, type Viewer } from '@/lib/viewer';
import { Button } from '../ui/button';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../ui/dropdown-menu';
import { useSignOut, useSignOutElsewhere } from './session';
import { openDocs } from './pages';
import type { Overlay } from './shell';

export function UserMenu({ onOpen }: { onOpen: (overlay: Overlay) => void }) {
  const viewer = useViewer();
  const theme = useTheme();
  const signOut = useSignOut();
  const signOutElsewhere = useSignOutElsewhere();
  return (
    <Menu
      align="end"
      className="w-60"
      trigger={
        <Button variant="ghost" aria-label="Your account" className="px-1!">
          <span aria-hidden className="grid size-6 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent">
            {initial(viewer)}
          </span>
        </Button>
      }
    >
      <MenuLabel>
        <span className="block truncate text-sm font-medium text-text">{viewer.user?.name || viewer.user?.email || 'API key'}</span>
        {viewer.user?.name && <span className="block truncate">{viewer.user.email}</span>}
        <span className="block truncate">{roleIn(viewer)}</span>
      </MenuLabel>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice
        label="Theme"
        value={theme}
        onChange={setTheme}
        options={THEMES.map((one) => ({ value: one, label: THEME_NAMES[one] }))}
      />
      <MenuSeparator />
      <MenuItem onSelect={() => onOpen('shortcuts')}>
        <Keyboard aria-hidden /> Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={openDocs}>
        <BookOpen aria-hidden /> Documentation
      </MenuItem>
      {viewer.user && (
        <MenuItem onSelect={() => signOutElsewhere.mutate({})}>
          <MonitorX aria-hidden /> Sign out everywhere else
        </MenuItem>
      )}
      <MenuItem onSelect={() => signOut.mutate({})}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
}

function initial({ user }: Viewer): string {
  return (user?.name || user?.email || 'K').slice(0, 1).toUpperCase();
}

function roleIn({ role, organization }: Viewer): string {
  return role ? `${role.slice(0, 1)}${role.slice(1).toLowerCase()} of ${organization.name}` : organization.name;
}
