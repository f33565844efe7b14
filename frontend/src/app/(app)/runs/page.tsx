import { RunsPage } from '@/features/runs/page';

export default function Page() {
  return <RunsPage />;
}
