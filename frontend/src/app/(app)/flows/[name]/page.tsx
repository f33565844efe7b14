import { FlowPage } from '@/features/flow/page';

/** One exported page for every flow: the server answers any name with `_`. */
export const generateStaticParams = () => [{ name: '_' }];

export default function Page() {
  return <FlowPage />;
}
