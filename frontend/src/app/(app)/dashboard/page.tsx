import { DashboardPage } from '@/features/dashboard/page';

export default function Page() {
  return <DashboardPage />;
}
