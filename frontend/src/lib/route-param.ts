'use client';
/** The exported page is the same file for every name, so only the address knows the name. */
import { usePathname } from 'next/navigation';

/** The n-th name of a path: `daily%20report` of `/flows/daily%20report` is 1, decoded. */
export function routeParam(pathname: string, position: number): string {
  const name = pathname.split('/').filter(Boolean)[position] ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Instead of Next's useParams, which knows only the placeholder that the page was built for. */
export function useRouteParam(position = 1): string {
  return routeParam(usePathname(), position);
}
