'use client';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { isMac } from '@/lib/shortcuts';
import { Button } from '../ui/button';
import { IconButton } from '../ui/icon-button';
import { Kbd } from '../ui/surfaces';
import { ConnectionDot } from './connection-dot';
import { EnvironmentSwitch } from './environment-switch';
import { OrganizationSwitch } from './organization-switch';
import type { Overlay } from './shell';

const UserMenu = lazy(() => import('./user-menu').then(({ UserMenu }) => ({ default: UserMenu })));

export function TopBar({ onOpen }: { onOpen: (overlay: Overlay) => void }) {
  return (
    <header
      data-no-print
      className="flex h-12 shrink-0 items-center gap-2 border-b border-line bg-surface px-2 md:px-4"
    >
      <IconButton label="Open the navigation" className="md:hidden" onClick={() => onOpen('nav')}>
        <MenuIcon aria-hidden />
      </IconButton>
      <div className="hidden items-center gap-2 md:flex">
        <OrganizationSwitch />
        <EnvironmentSwitch />
      </div>
      <div className="flex-1" />
      <Button onClick={() => onOpen('palette')} aria-label="Search runs, flows and actions" className="text-soft!">
        <Search aria-hidden />
        <span className="hidden pr-6 font-normal sm:inline">Search</span>
        <span className="hidden sm:inline">
          <Kbd>{isMac() ? '⌘' : 'Ctrl'} K</Kbd>
        </span>
      </Button>
      <ConnectionDot />
      <Suspense fallback={<span className="size-8" />}>
        <UserMenu onOpen={onOpen} />
      </Suspense>
    </header>
  );
}
