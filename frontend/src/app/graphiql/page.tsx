import type { Metadata } from 'next';
import { GraphiqlWorkspace } from '@/features/graphiql/workspace';

export const metadata: Metadata = { title: 'GraphiQL' };

export default function GraphiqlPage() {
  return <GraphiqlWorkspace />;
}
