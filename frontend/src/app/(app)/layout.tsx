import { Suspense, type ReactNode } from 'react';
import { Shell } from '@/components/shell/shell';

/** The boundary is for what reads the query string, which no exported page knows. */
export default function AppLayout({ children }: { children: ReactNode }) {
  return (
    <Suspense>
      <Shell>{children}</Shell>
    </Suspense>
  );
}
