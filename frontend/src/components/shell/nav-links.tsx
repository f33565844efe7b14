'use client';
import { usePathname } from 'next/navigation';
import { cn } from '@/lib/cn';
import { AppLink } from '../app-link';
import { Tooltip } from '../ui/tooltip';
import { isCurrent, useSitePages } from './pages';

export function NavLinks({ collapsed = false, onFollow }: { collapsed?: boolean; onFollow?: () => void }) {
  const pages = useSitePages();
  const pathname = usePathname();
  return (
    <ul className="grid gap-0.5">
      {pages.map(({ path, name, icon: Icon }) => (
        <li key={path}>
          <Tooltip text={collapsed ? name : null}>
            <AppLink
              href={path}
              onClick={onFollow}
              aria-label={collapsed ? name : undefined}
              aria-current={isCurrent(path, pathname) ? 'page' : undefined}
              className={cn(
                'flex h-8 items-center gap-2.5 rounded-md px-2.5 font-medium text-soft hover:bg-hover hover:text-text',
                'aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent',
                collapsed && 'justify-center px-0!',
              )}
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              {!collapsed && name}
            </AppLink>
          </Tooltip>
        </li>
      ))}
    </ul>
  );
}
