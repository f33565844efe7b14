import { FlowsPage } from '@/features/flows/page';

export default function Page() {
  return <FlowsPage />;
}
