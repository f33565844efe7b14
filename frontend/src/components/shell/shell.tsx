'use client';
/** Around every page of who is signed in: navigation at the left, tools at the top. */
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useHydrated } from '@/lib/use-hydrated';
import { handleKey, useShortcut } from '@/lib/shortcuts';
import { ViewerProvider } from '@/lib/viewer';
import { RunDialog } from '@/features/run-dialog';
import { ErrorState } from '../notes';
import { SkeletonRows } from '../ui/surfaces';
import { ConnectionBanner } from './connection-banner';
import { GoShortcuts } from './go-shortcuts';
import { LiveUpdates } from './live-updates';
import { useNavCollapsed } from './nav-collapsed';
import { SessionWatch } from './session-watch';
import { SideNav } from './side-nav';
import { TopBar } from './top-bar';
import { useNavigated } from './use-navigated';

const Palette = lazy(() => import('./palette'));
const ShortcutSheet = lazy(() => import('./shortcut-sheet'));
const NavDrawer = lazy(() => import('./nav-drawer'));

export type Overlay = 'palette' | 'shortcuts' | 'nav' | 'run' | null;

export function Shell({ children }: { children: ReactNode }) {
  // What is drawn depends on who asks, which no exported page can know.
  const isHydrated = useHydrated();
  if (!isHydrated) return <Frame />;
  return (
    <ViewerProvider
      loading={<Frame />}
      failed={(error, retry) => (
        <Frame>
          <ErrorState error={error} onRetry={retry} />
        </Frame>
      )}
    >
      <SignedIn>{children}</SignedIn>
    </ViewerProvider>
  );
}

/** The shell's outline, before anybody is known. */
function Frame({ children }: { children?: ReactNode }) {
  return (
    <div className="flex h-dvh">
      <title>Dagy</title>
      <div className="hidden w-52 shrink-0 border-r border-line bg-surface md:block" />
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="h-12 shrink-0 border-b border-line bg-surface" />
        <main className="p-4 md:px-6">{children ?? <SkeletonRows />}</main>
      </div>
    </div>
  );
}

function SignedIn({ children }: { children: ReactNode }) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const [collapsed, setCollapsed] = useNavCollapsed();
  const content = useRef<HTMLElement>(null);
  const close = (open: boolean) => !open && setOverlay(null);
  useNavigated(content);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => handleKey(event);
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  useShortcut('mod+k', 'Search runs, flows and actions', () => setOverlay('palette'), { group: 'Everywhere', whileTyping: true });
  useShortcut('?', 'Show all shortcuts', () => setOverlay('shortcuts'), { group: 'Everywhere' });
  useShortcut('[', 'Collapse or expand the navigation', () => setCollapsed(!collapsed), { group: 'Everywhere' });
  return (
    <div className="flex h-dvh print:block">
      <a href="#main" className="sr-only z-[80] rounded bg-accent-solid px-3 py-2 text-white focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to content
      </a>
      <SideNav collapsed={collapsed} onToggle={() => setCollapsed(!collapsed)} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar onOpen={setOverlay} />
        <main ref={content} id="main" tabIndex={-1} className="min-h-0 flex-1 overflow-y-auto outline-none">
          {children}
        </main>
        <ConnectionBanner />
      </div>
      <SessionWatch />
      <GoShortcuts />
      <LiveUpdates />
      <Suspense>
        {overlay === 'palette' && <Palette onOpen={setOverlay} />}
        {overlay === 'shortcuts' && <ShortcutSheet onOpenChange={close} />}
        {overlay === 'run' && <RunDialog open onOpenChange={close} />}
        {overlay === 'nav' && <NavDrawer onOpenChange={close} />}
      </Suspense>
    </div>
  );
}
