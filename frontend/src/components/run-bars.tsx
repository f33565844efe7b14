'use client';
/** A flow's last runs, oldest at the left: height is duration, colour and mark are the state. One
 *  stop of the Tab key; arrows move, Enter opens the run. */
import { useId, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import type { RunState } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { useNavigation } from '@/lib/navigation';
import { duration, relative } from '@/lib/format';
import { heightScale, stateSummary } from '@/lib/run-bars';
import { stateLook } from '@/lib/states';
import { runPath } from './app-link';
import { Bubble, placeOf, type Place } from './ui/tooltip';

export interface Mark {
  id: string;
  slug: string;
  state: RunState;
  durationMs?: number | null;
  createdAt: string;
}

interface RunBarsProps {
  /** Newest first. */
  runs: readonly Mark[];
  slots?: number;
  /** As wide as its place, a bar for each run. */
  isWide?: boolean;
  className?: string;
}

const STEP: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: -1000, End: 1000 };

export function RunBars({ runs, slots = 20, isWide = false, className }: RunBarsProps) {
  const [shown, setShown] = useState<{ run: Mark; place: Place } | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const open = useOpenRun();
  const id = useId();
  const oldestFirst = runs.slice(0, slots).toReversed();
  const height = heightScale(oldestFirst.map(({ durationMs }) => durationMs ?? null));
  const show = ({ target }: { target: EventTarget }) => {
    const bar = target instanceof Element ? target.closest('a') : null;
    const run = oldestFirst[Number(bar?.dataset.at)];
    setShown(bar && run ? { run, place: placeOf(bar) } : null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEP[event.key];
    if (!step || !root.current) return;
    event.preventDefault();
    const bars = [...root.current.querySelectorAll('a')];
    const at = bars.indexOf(document.activeElement as HTMLAnchorElement);
    bars[Math.max(0, Math.min(bars.length - 1, at + step))]?.focus();
  };
  return (
    <div
      ref={root}
      role="group"
      aria-label={`Last ${oldestFirst.length} runs: ${stateSummary(oldestFirst)}`}
      onPointerOver={show}
      onPointerLeave={() => setShown(null)}
      onFocus={show}
      onBlur={() => setShown(null)}
      onKeyDown={onKeyDown}
      onClick={open}
      className={cn('flex items-end', className ?? 'h-8')}
    >
      {Array.from({ length: isWide ? 0 : slots - oldestFirst.length }, (_, slot) => (
        <span key={slot} aria-hidden className="flex h-full w-[7px] shrink-0 items-end justify-center">
          <span className="h-1 w-[5px] rounded-sm bg-hover" />
        </span>
      ))}
      {oldestFirst.map((run, at) => (
        <Bar key={run.id} run={run} at={at} height={height(run.durationMs ?? null)} isStop={at === oldestFirst.length - 1} isWide={isWide} />
      ))}
      {shown && <Bubble id={id} place={shown.place} text={<Hint run={shown.run} />} />}
    </div>
  );
}

/** Soft navigation for plain clicks; a new tab where the browser is asked for one. */
function useOpenRun() {
  const { navigate } = useNavigation();
  return (event: MouseEvent) => {
    const path = event.target instanceof Element ? event.target.closest('a')?.getAttribute('href') : null;
    if (!path || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(path);
  };
}

interface BarProps {
  run: Mark;
  at: number;
  height: number;
  isStop: boolean;
  isWide: boolean;
}

function Bar({ run, at, height, isStop, isWide }: BarProps) {
  const { colour, label, isBad, isTerminal } = stateLook(run.state);
  return (
    <a
      href={runPath(run.slug)}
      data-at={at}
      tabIndex={isStop ? 0 : -1}
      aria-label={`${run.slug}: ${label}`}
      className={cn('group/bar flex h-full flex-col items-center justify-end rounded-sm -outline-offset-1', isWide ? 'max-w-7 min-w-0 flex-1 px-px' : 'w-[7px] shrink-0')}
    >
      {isBad && <span className="mb-px size-[3px] shrink-0 rounded-full" style={{ background: colour }} />}
      <span
        className={cn('rounded-sm group-hover/bar:brightness-125', isWide ? 'w-full' : 'w-[5px]', !isTerminal && 'animate-pulse')}
        style={{ height: `${height * 100}%`, background: isTerminal ? colour : 'transparent', boxShadow: isTerminal ? undefined : `inset 0 0 0 1.5px ${colour}` }}
      />
    </a>
  );
}

function Hint({ run }: { run: Mark }) {
  return (
    <>
      <span className="font-medium">{stateLook(run.state).label}</span>
      {run.durationMs != null && ` in ${duration(run.durationMs)}`}, {relative(run.createdAt, Date.now())}
      <br />
      {run.slug}
    </>
  );
}
