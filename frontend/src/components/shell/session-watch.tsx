'use client';
import { usePathname } from 'next/navigation';
import { useEffect } from 'react';
import { rememberVisit, visitOf } from '@/lib/recent';
import { onSessionChanged } from '@/lib/signed-out';
import { useViewer, viewerKey } from '@/lib/viewer';

/** What is looked at, for the palette; and whether another tab has signed out. */
export function SessionWatch() {
  const of = viewerKey(useViewer());
  const pathname = usePathname();
  useEffect(() => {
    const visit = visitOf(pathname);
    if (visit) rememberVisit(of, visit);
  }, [of, pathname]);
  // Loading anew asks who is there now, and leads to the sign-in page or to the other organization.
  useEffect(() => onSessionChanged(() => window.location.reload()), []);
  return null;
}
