'use client';
import { Broken } from '@/components/broken';

/** Inside the shell: the navigation stays. */
export default function PageError({ error }: { error: Error }) {
  return <Broken error={error} />;
}
