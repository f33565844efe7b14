'use client';
/** The flows that ran most, by runs, failures or time. */
import { ArrowDown } from 'lucide-react';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { AppLink, flowPath } from '@/components/app-link';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { cn } from '@/lib/cn';
import { count, duration, plural } from '@/lib/format';
import { runsPath } from '@/lib/runs-path';
import { RUN_STATES, stateLook } from '@/lib/states';
import { RANGE_WORDS, type Range } from './range';
import { Sparkline } from './sparkline';
import { ORDERS, sortedFlows, type FlowLoad, type Order } from './sorted-flows';

const FAILING = RUN_STATES.filter((state) => stateLook(state).isBad);
const HEADS: Record<Order, string> = { runs: 'Runs', failures: 'Failed', time: 'Time' };
const TOLD = 8;

interface TopFlowsProps {
  flows: readonly FlowLoad[];
  from: string;
  range: Range;
}

export function TopFlows({ flows, from, range }: TopFlowsProps) {
  const [order, setOrder] = useQueryState('top', parseAsStringLiteral(ORDERS).withDefault('runs'));
  return (
    <Card aria-label="Top flows">
      <CardHeader title="Top flows" actions={flows.length === TOLD && <span className="text-xs text-soft">the {TOLD} that ran most</span>} />
      {flows.length === 0 ? (
        <p className="p-6 text-center text-soft">No flow ran in {RANGE_WORDS[range].last}.</p>
      ) : (
        <table className="w-full">
          <thead>
            <tr>
              <th scope="col" className="h-8 pl-4 text-left text-xs font-medium text-soft">
                Flow
              </th>
              <th scope="col" className="hidden text-left text-xs font-medium text-soft sm:table-cell">
                <span className="sr-only">Runs over time</span>
              </th>
              {ORDERS.map((one) => (
                <Head key={one} name={HEADS[one]} isCurrent={one === order} onChoose={() => void setOrder(one)} />
              ))}
            </tr>
          </thead>
          <tbody>
            {sortedFlows(flows, order).map((load) => (
              <Row key={load.flowName} load={load} from={from} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Head({ name, isCurrent, onChoose }: { name: string; isCurrent: boolean; onChoose: () => void }) {
  return (
    <th scope="col" aria-sort={isCurrent ? 'descending' : undefined} className="text-right text-xs font-medium text-soft last:pr-3 sm:last:pr-2">
      <button
        type="button"
        onClick={onChoose}
        title={`Sort by ${name.toLowerCase()}`}
        className={cn('inline-flex h-7 items-center gap-0.5 rounded px-1 hover:text-text sm:px-2', isCurrent && 'text-text')}
      >
        <ArrowDown aria-hidden className={cn('size-3', !isCurrent && 'invisible')} />
        {name}
      </button>
    </th>
  );
}

function Row({ load, from }: { load: FlowLoad; from: string }) {
  const { flowName, runs, failed, totalDurationMs, buckets } = load;
  const filter = { flow: flowName, from };
  return (
    <tr className="border-t border-line hover:bg-hover/60">
      <td className="h-9 w-full max-w-0 min-w-24 pl-4">
        {load.flow ? (
          <AppLink href={flowPath(flowName)} className="link block truncate font-medium">
            {flowName}
          </AppLink>
        ) : (
          <span className="block truncate font-medium">{flowName}</span>
        )}
      </td>
      <td className="hidden px-2 sm:table-cell">
        <Sparkline values={buckets} label={`${plural(runs, 'run')}, up to ${count(Math.max(...buckets))} per interval`} />
      </td>
      <td className="px-2 text-right">
        <AppLink href={runsPath(filter)} className="hover:underline">
          {count(runs)}
        </AppLink>
      </td>
      <td className="px-2 text-right">
        {failed > 0 ? (
          <AppLink href={runsPath({ ...filter, state: FAILING })} className="font-medium text-failed hover:underline">
            {count(failed)}
          </AppLink>
        ) : (
          <span className="text-soft">0</span>
        )}
      </td>
      <td className="px-4 text-right whitespace-nowrap text-soft">{duration(totalDurationMs)}</td>
    </tr>
  );
}
