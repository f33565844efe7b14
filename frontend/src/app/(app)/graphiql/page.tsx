import { GraphiqlPage } from '@/features/graphiql/page';

export default function Page() {
  return <GraphiqlPage />;
}
