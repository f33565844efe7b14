'use client';
/** A link inside the site. It keeps the environment, and fetches nothing before it is wanted: each
 *  run and flow would else bring the same empty page again. */
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ComponentProps } from 'react';
import { useEnvironment, withEnvironment } from '@/lib/environment';

type Props = Omit<ComponentProps<typeof Link>, 'href' | 'prefetch'> & { href: string };

export function AppLink({ href, onPointerEnter, ...props }: Props) {
  const [environment] = useEnvironment();
  const router = useRouter();
  const target = withEnvironment(href, environment);
  return (
    <Link
      {...props}
      href={target}
      prefetch={false}
      onPointerEnter={(event) => {
        router.prefetch(target);
        onPointerEnter?.(event);
      }}
    />
  );
}

export const runPath = (slug: string): string => `/runs/${encodeURIComponent(slug)}`;
export const flowPath = (name: string): string => `/flows/${encodeURIComponent(name)}`;
