'use client';
/** The frame of every page: its title, and the same answer everywhere to loading, errors and rights. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Permission } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { cn } from '@/lib/cn';
import type { GqlError } from '@/lib/gql';
import { ErrorState, PermissionDenied } from './notes';
import { SkeletonRows } from './ui/surfaces';

interface PageProps {
  /** Of the tab; a page with state in it gives `▶ nightly-etl`, say. */
  title: string;
  /** Without it nothing is asked of the server, and the page says what is missing. */
  requires?: Permission;
  children: ReactNode;
  className?: string;
}

export function Page({ title, requires, children, className }: PageProps) {
  const can = useCan();
  return (
    <div className={cn('mx-auto flex w-full max-w-[1600px] flex-col gap-4 p-4 md:px-6', className)}>
      <title>{`${title} · Dagy`}</title>
      {requires && !can(requires) ? <PermissionDenied permission={requires} /> : children}
    </div>
  );
}

interface HeaderProps {
  title: ReactNode;
  /** Below the title: what this is. */
  about?: ReactNode;
  /** Buttons at the right. */
  actions?: ReactNode;
}

export function PageHeader({ title, about, actions }: HeaderProps) {
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
      <div className="min-w-0">
        <h1 className="text-xl font-semibold tracking-tight break-words">{title}</h1>
        {about && <div className="mt-0.5 text-soft">{about}</div>}
      </div>
      {actions && (
        <div className="flex flex-wrap items-center gap-2" data-no-print>
          {actions}
        </div>
      )}
    </header>
  );
}

interface LoadedProps<Data> {
  query: Pick<UseQueryResult<Data, GqlError>, 'data' | 'error' | 'refetch'>;
  children: (data: Data) => ReactNode;
  /** The bones while it loads; else some rows. */
  skeleton?: ReactNode;
  /** Where the server says NOT_FOUND: what is not there, and what one may do. */
  missing?: ReactNode;
}

/** What a query brought. Data that is there stays on the screen when reading it again fails. */
export function Loaded<Data>({ query: { data, error, refetch }, children, skeleton, missing }: LoadedProps<Data>) {
  if (data !== undefined) return <>{children(data)}</>;
  if (!error) return <>{skeleton ?? <SkeletonRows />}</>;
  if (error.code === 'NOT_FOUND' && missing) return <>{missing}</>;
  if (error.code === 'FORBIDDEN') return <PermissionDenied permission={error.permission} />;
  return <ErrorState error={error} onRetry={() => void refetch()} />;
}
