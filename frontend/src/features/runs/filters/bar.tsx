'use client';
/** Everything that narrows the list, each as one button. */
import { User, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Menu, MenuCheck, MenuChoice } from '@/components/ui/dropdown-menu';
import type { Executor } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { cn } from '@/lib/cn';
import { sentence } from '@/lib/format';
import { EXECUTORS, RUN_TRIGGERS } from '../run-view';
import type { ViewState } from '../use-run-view';
import { activeStyle, Chip } from './chip';
import { FlowFilter } from './flow-filter';
import { LongerFilter } from './longer-filter';
import { TagFilter } from './tag-filter';
import { TimeFilter } from './time-filter';

export const FILTERS_ID = 'runs-filters';
const ANY = '';

export function FilterBar({ state: { view, change, clear, isFiltered }, tags }: { state: ViewState; tags: readonly string[] }) {
  const can = useCan();
  return (
    <div
      id={FILTERS_ID}
      role="group"
      aria-label="Filters"
      // In a narrow window one line that scrolls, so that the runs stay in sight.
      className="-my-0.5 flex min-w-0 basis-full items-center gap-1.5 overflow-x-auto py-0.5 sm:flex-1 sm:basis-auto sm:flex-wrap sm:overflow-visible"
    >
      {can('FLOWS_READ') && <FlowFilter value={view.flow} onChange={(flow) => change({ flow })} />}
      {view.deployment && (
        <Button size="sm" className={activeStyle} aria-label={`Remove filter: deployment ${view.deployment}`} onClick={() => change({ deployment: null })}>
          <span className="text-soft">Deployment:</span> {view.deployment} <X aria-hidden className="size-3.5!" />
        </Button>
      )}
      <Menu trigger={<Chip name="Trigger" value={view.trigger && sentence(view.trigger)} />}>
        <MenuChoice
          label="Trigger"
          value={view.trigger ?? ANY}
          onChange={(trigger) => change({ trigger: trigger === ANY ? null : trigger })}
          options={[{ value: ANY, label: 'Any' }, ...RUN_TRIGGERS.map((value) => ({ value, label: sentence(value) }))]}
        />
      </Menu>
      <Menu trigger={<Chip name="Executor" value={view.executor.map(sentence).join(', ') || null} />}>
        {EXECUTORS.map((executor) => (
          <MenuCheck
            key={executor}
            checked={view.executor.includes(executor)}
            onChange={(isOn) => change({ executor: toggled(view.executor, executor, isOn) })}
          >
            {sentence(executor)}
          </MenuCheck>
        ))}
      </Menu>
      <TagFilter value={view.tag} known={tags} onChange={(tag) => change({ tag })} />
      <TimeFilter value={view} onChange={change} />
      <LongerFilter value={view.longer} onChange={(longer) => change({ longer })} />
      <Button size="sm" aria-pressed={view.mine} className={cn(view.mine && activeStyle)} onClick={() => change({ mine: !view.mine })}>
        <User aria-hidden className="size-3.5!" /> Mine
      </Button>
      {isFiltered && (
        <Button size="sm" variant="ghost" onClick={clear}>
          <X aria-hidden className="size-3.5!" /> Clear
        </Button>
      )}
    </div>
  );
}

const toggled = (was: readonly Executor[], executor: Executor, isOn: boolean): Executor[] =>
  isOn ? [...was, executor] : was.filter((one) => one !== executor);
