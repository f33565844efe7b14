import type { Metadata } from 'next';
import { Mark } from '@/components/mark';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <main className="page-note">
      <Mark size={40} />
      <h1>There is no page here</h1>
      <p>The address may be mistyped, or the page has moved.</p>
      <a href="/graphiql">Open GraphiQL</a>
    </main>
  );
}
