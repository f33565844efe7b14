'use client';
/** Runs by state over the range, as bars or as a table. */
import { BarChart3, Table2 } from 'lucide-react';
import { parseAsStringLiteral, useQueryState } from 'nuqs';
import { lazy, Suspense } from 'react';
import { AppLink } from '@/components/app-link';
import { StateGlyph } from '@/components/state';
import { IconButton } from '@/components/ui/icon-button';
import { Card, CardHeader } from '@/components/ui/surfaces';
import { count } from '@/lib/format';
import { runsPath } from '@/lib/runs-path';
import { stateLook } from '@/lib/states';
import { legend } from './bars';
import { RANGE_WORDS, type Range } from './range';
import type { Dashboard } from './use-dashboard';

// Asked for with the page, not after its data.
const loading = () => import('./bar-chart');
const BarChart = lazy(loading);
const BarTable = lazy(() => import('./bar-table'));
if (typeof window !== 'undefined') void loading();

const FORMS = ['bars', 'table'] as const;

export function Chart({ dashboard, range }: { dashboard: Dashboard; range: Range }) {
  const [form, setForm] = useQueryState('chart', parseAsStringLiteral(FORMS).withDefault('bars'));
  const isTable = form === 'table';
  return (
    <Card aria-label="Runs over time" className="flex flex-col">
      <CardHeader
        title={`Runs in ${RANGE_WORDS[range].last}`}
        actions={
          <IconButton
            size="sm"
            label={isTable ? 'Show as bars' : 'Show as a table'}
            className="print:hidden"
            onClick={() => void setForm(isTable ? 'bars' : 'table')}
          >
            {isTable ? <BarChart3 aria-hidden /> : <Table2 aria-hidden />}
          </IconButton>
        }
      />
      <div className="h-56 px-4 pt-3">
        <Suspense>{isTable ? <BarTable dashboard={dashboard} /> : <BarChart dashboard={dashboard} range={range} />}</Suspense>
      </div>
      <Legend dashboard={dashboard} />
    </Card>
  );
}

/** What each colour is, how many there are, and the way to them. */
function Legend({ dashboard: { buckets, from } }: { dashboard: Dashboard }) {
  return (
    <ul className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1 px-4 pt-1 pb-2.5" aria-label="Runs by state">
      {legend(buckets).map(({ state, count: runs }) => (
        <li key={state}>
          <AppLink href={runsPath({ state: [state], from })} className="flex items-center gap-1.5 text-xs text-soft hover:text-text hover:underline">
            <StateGlyph state={state} className="animate-none!" />
            {stateLook(state).label} <b className="font-semibold text-text">{count(runs)}</b>
          </AppLink>
        </li>
      ))}
    </ul>
  );
}
