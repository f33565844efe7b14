import { Skeleton } from '@/components/ui/surfaces';

/** The outline of the dashboard, as tall as what will stand there. */
export function DashboardBones() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-4">
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:grid-cols-5">
        {Array.from({ length: 5 }, (_, index) => (
          <Skeleton key={index} className="h-[6.4rem] rounded-lg!" />
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Skeleton className="h-[20rem] rounded-lg!" />
        <Skeleton className="h-[20rem] rounded-lg!" />
        <Skeleton className="h-[28rem] rounded-lg!" />
        <Skeleton className="h-[28rem] rounded-lg!" />
      </div>
    </div>
  );
}
