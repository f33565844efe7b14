/** Who was signed in last in this browser, so that a page may ask for its data at once instead of
 *  after asking who asks. The answer always comes again from the server and replaces it. */
import type { ViewerQuery } from '@/gql/graphql';
import { forgetVisits } from './recent';

const KEY = 'dagy-viewer';

export function recallViewer(): ViewerQuery | undefined {
  try {
    const text = localStorage.getItem(KEY);
    return text ? (JSON.parse(text) as ViewerQuery) : undefined;
  } catch {
    return undefined;
  }
}

export function rememberViewer(found: ViewerQuery): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(found));
  } catch {
    // Storage may be forbidden; then each load asks first.
  }
}

export function forgetViewer(): void {
  forgetVisits();
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept either.
  }
}
