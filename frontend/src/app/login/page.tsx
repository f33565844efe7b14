import { Suspense } from 'react';
import { LoginPage } from '@/features/login/page';

/** The boundary is for what reads the query string, which no exported page knows. */
export default function Page() {
  return (
    <Suspense>
      <LoginPage />
    </Suspense>
  );
}
