'use client';
import { useRouter } from 'next/navigation';
import { useEnvironment, withEnvironment } from '@/lib/environment';
import { useShortcut } from '@/lib/shortcuts';
import { useSitePages, type SitePage } from './pages';

/** `g` and a letter for every page. */
export function GoShortcuts() {
  return useSitePages().map((page) => <Go key={page.path} page={page} />);
}

function Go({ page }: { page: SitePage }) {
  const router = useRouter();
  const [environment] = useEnvironment();
  const go = () => router.push(withEnvironment(page.path, environment));
  useShortcut(`g ${page.key}`, `Go to ${page.name}`, go, { group: 'Go to' });
  return null;
}
