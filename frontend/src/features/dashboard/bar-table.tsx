'use client';
import { AppLink } from '@/components/app-link';
import { Table, Td, Th, Tr } from '@/components/ui/table';
import { count } from '@/lib/format';
import { runsPath } from '@/lib/runs-path';
import { stateLook } from '@/lib/states';
import { endOf, legend, totalOf } from './bars';
import { spanLabel } from './ticks';
import type { Dashboard } from './use-dashboard';

/** The same numbers as the bars, newest first; times without runs are left out. */
export default function BarTable({ dashboard: { buckets, bucketSeconds } }: { dashboard: Dashboard }) {
  const states = legend(buckets).map(({ state }) => state);
  const filled = buckets.filter((bucket) => bucket.counts.length > 0).reverse();
  if (filled.length === 0) return <p className="grid h-full place-items-center text-soft">No runs in this period.</p>;
  return (
    <div className="h-full overflow-y-auto">
      <Table label="Runs over time by state">
        <thead>
          <tr>
            <Th>Created</Th>
            <Th className="text-right">Runs</Th>
            {states.map((state) => (
              <Th key={state} className="text-right">
                {stateLook(state).label}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {filled.map((bucket) => {
            const span = { from: bucket.start, to: endOf(bucket, bucketSeconds) };
            return (
              <Tr key={bucket.start}>
                <Td>{spanLabel(bucket.start, bucketSeconds)}</Td>
                <Td className="text-right">
                  <AppLink href={runsPath(span)} className="link">
                    {count(totalOf(bucket))}
                  </AppLink>
                </Td>
                {states.map((state) => {
                  const found = bucket.counts.find((one) => one.state === state);
                  return (
                    <Td key={state} className="text-right">
                      {found ? (
                        <AppLink href={runsPath({ ...span, state: [state] })} className="link">
                          {count(found.count)}
                        </AppLink>
                      ) : (
                        <span className="text-soft">0</span>
                      )}
                    </Td>
                  );
                })}
              </Tr>
            );
          })}
        </tbody>
      </Table>
    </div>
  );
}
