'use client';
import { useNavigation } from '@/lib/navigation';
import { useShortcut } from '@/lib/shortcuts';
import { useSitePages, type SitePage } from './pages';

/** `g` and a letter for every page. */
export function GoShortcuts() {
  return useSitePages().map((page) => <Go key={page.path} page={page} />);
}

function Go({ page }: { page: SitePage }) {
  const { navigate } = useNavigation();
  const go = () => navigate(page.path);
  useShortcut(`g ${page.key}`, `Go to ${page.name}`, go, { group: 'Go to' });
  return null;
}
