'use client';
/** How many runs are in each state; pressing one shows only those. */
import { StateGlyph } from '@/components/state';
import type { RunState, RunTotalsQuery } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { count } from '@/lib/format';
import { RUN_STATES, stateLook } from '@/lib/states';

type Counts = RunTotalsQuery['runCounts'];

interface StateChipsProps {
  counts: Counts | undefined;
  chosen: readonly RunState[];
  onChange: (states: RunState[]) => void;
}

export const counted = ({ count: number, isCapped }: { count: number; isCapped: boolean }): string =>
  `${count(number)}${isCapped ? '+' : ''}`;

export function StateChips({ counts, chosen, onChange }: StateChipsProps) {
  const toggle = (state: RunState) =>
    onChange(chosen.includes(state) ? chosen.filter((one) => one !== state) : [...chosen, state]);
  return (
    <div role="group" aria-label="States" className="flex min-w-0 gap-1 overflow-x-auto py-0.5">
      <StateChip isOn={chosen.length === 0} onClick={() => onChange([])} number={counts && counted({ count: counts.total, isCapped: counts.isCapped })}>
        All
      </StateChip>
      {RUN_STATES.map((state) => {
        const found = counts?.states.find((one) => one.state === state);
        return (
          <StateChip
            key={state}
            isOn={chosen.includes(state)}
            isDim={found?.count === 0}
            onClick={() => toggle(state)}
            number={found && counted(found)}
          >
            <StateGlyph state={state} />
            {stateLook(state).label}
          </StateChip>
        );
      })}
    </div>
  );
}

interface StateChipProps {
  isOn: boolean;
  isDim?: boolean;
  onClick: () => void;
  number: string | undefined;
  children: React.ReactNode;
}

function StateChip({ isOn, isDim, onClick, number, children }: StateChipProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className={cn(
        'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-full border px-2.5 text-xs font-medium -outline-offset-1',
        isOn ? 'border-accent bg-accent-soft' : 'border-transparent hover:bg-hover',
        isDim && !isOn && 'text-soft',
      )}
    >
      {children}
      <span className="min-w-[1ch] font-normal text-soft">{number ?? '…'}</span>
    </button>
  );
}
