'use client';
/** A link inside the site. It keeps the environment, and fetches nothing before it is wanted: each
 *  run and flow would else bring the same empty page again. */
import Link from 'next/link';
import type { ComponentProps } from 'react';
import { withEnvironment } from '@/lib/environment';
import { useNavigation } from '@/lib/navigation';

type Props = Omit<ComponentProps<typeof Link>, 'href' | 'prefetch' | 'onNavigate' | 'replace' | 'scroll'> & { href: string };

export function AppLink({ href, onPointerEnter, ...props }: Props) {
  const { environment, navigate, prefetch } = useNavigation();
  return (
    <Link
      {...props}
      href={withEnvironment(href, environment)}
      prefetch={false}
      onNavigate={(event) => {
        event.preventDefault();
        navigate(href);
      }}
      onPointerEnter={(event) => {
        prefetch(href);
        onPointerEnter?.(event);
      }}
    />
  );
}

export const runPath = (slug: string): string => `/runs/${encodeURIComponent(slug)}`;
export const flowPath = (name: string): string => `/flows/${encodeURIComponent(name)}`;
