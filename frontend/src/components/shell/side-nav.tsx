'use client';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { cn } from '@/lib/cn';
import { useUiConfig } from '@/lib/ui-config';
import { Mark } from '../mark';
import { IconButton } from '../ui/icon-button';
import { NavLinks } from './nav-links';

export function SideNav({ collapsed, onToggle }: { collapsed: boolean; onToggle: () => void }) {
  const { version } = useUiConfig();
  return (
    <nav
      aria-label="Pages"
      data-no-print
      className={cn('hidden shrink-0 flex-col border-r border-line bg-surface md:flex', collapsed ? 'w-13' : 'w-52')}
    >
      <div className={cn('flex h-12 items-center gap-2 border-b border-line', collapsed ? 'justify-center' : 'px-4')}>
        <Mark size={20} />
        {!collapsed && <b className="text-lg tracking-tight">Dagy</b>}
      </div>
      <div className="flex-1 overflow-y-auto p-2">
        <NavLinks collapsed={collapsed} />
      </div>
      <div className={cn('flex items-center p-2', collapsed ? 'justify-center' : 'justify-between pl-4')}>
        {!collapsed && <span className="text-xs text-soft">{version && `Dagy ${version}`}</span>}
        <IconButton label={collapsed ? 'Expand the navigation' : 'Collapse the navigation'} size="sm" onClick={onToggle}>
          {collapsed ? <PanelLeftOpen aria-hidden /> : <PanelLeftClose aria-hidden />}
        </IconButton>
      </div>
    </nav>
  );
}
