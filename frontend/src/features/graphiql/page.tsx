'use client';
/** The API explorer in the frame of the site, with the session of the site. */
import dynamic from 'next/dynamic';
import { PermissionDenied } from '@/components/notes';
import { announceSignedOut } from '@/lib/signed-out';
import { useUiConfigQuery } from '@/lib/ui-config';

const Loading = () => (
  <p role="status" className="grid h-full place-items-center text-soft">
    Opening the editor …
  </p>
);
const Ide = dynamic(() => import('./ide'), { ssr: false, loading: Loading });

export function GraphiqlPage() {
  const { data: config } = useUiConfigQuery();
  if (config && !config.graphiql) return <PermissionDenied />;
  return (
    <div className="h-full">
      <title>GraphiQL · Dagy</title>
      <h1 className="sr-only">GraphiQL</h1>
      <Ide onExpired={announceSignedOut} />
    </div>
  );
}
