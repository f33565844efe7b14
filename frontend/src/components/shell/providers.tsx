'use client';
/** What every page stands on: the cache, the URL's state, toasts. */
import { QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { lazy, Suspense, useState, useSyncExternalStore, type ReactNode } from 'react';
import { installPatientNavigation } from '@/lib/patient-navigation';
import { makeQueryClient } from '@/lib/query-client';
import { hasToasts, subscribeFirstToast } from '@/lib/toast';

if (typeof window !== 'undefined') installPatientNavigation();

const Toaster = lazy(() => import('./toaster'));

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <NuqsAdapter>{children}</NuqsAdapter>
      <Toasts />
    </QueryClientProvider>
  );
}

function Toasts() {
  const wanted = useSyncExternalStore(subscribeFirstToast, hasToasts, () => false);
  return wanted ? (
    <Suspense>
      <Toaster />
    </Suspense>
  ) : null;
}
