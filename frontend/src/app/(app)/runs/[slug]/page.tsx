import { RunPage } from '@/features/run/page';

/** One exported page for every run: the server answers any name with `_`. */
export const generateStaticParams = () => [{ slug: '_' }];

export default function Page() {
  return <RunPage />;
}
