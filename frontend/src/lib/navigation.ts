'use client';
/** The only way to go to another page by code. nuqs writes a changed query to the address some time
 *  after the change (50 ms and more); written after a `router.push`, it would bring the old page
 *  back. So a navigation waits for what is still to be written, which also keeps the page that is
 *  left as it was for the back button. */
import { useRouter } from 'next/navigation';
import { parseAsString, useQueryStates } from 'nuqs';
import { ENVIRONMENT_PARAM, withEnvironment } from './environment';

const QUERY = { [ENVIRONMENT_PARAM]: parseAsString };

export interface Navigation {
  environment: string | null;
  /** Opens `path` in the environment given, else in the current one. */
  navigate: (path: string, to?: string | null) => void;
  prefetch: (path: string) => void;
}

export function useNavigation(): Navigation {
  const router = useRouter();
  const [{ [ENVIRONMENT_PARAM]: environment = null }, update] = useQueryStates(QUERY);
  return {
    environment,
    navigate: (path, to = environment) => {
      const push = () => router.push(withEnvironment(path, to));
      // An update of nothing gives the promise of the write that is pending, if there is one. It is
      // rejected where the browser refused the write: that is no reason to stay.
      void update({}).then(push, push);
    },
    prefetch: (path) => router.prefetch(withEnvironment(path, environment)),
  };
}
