'use client';
/** All tasks, of any number: filtered by state and text, sorted as one likes. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';
import { useMemo, useRef } from 'react';
import { StateBadge, StateGlyph } from '@/components/state';
import { Duration, RelativeTime } from '@/components/time';
import { Input } from '@/components/ui/input';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/notes';
import type { TaskState } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { useShortcut } from '@/lib/shortcuts';
import { stateLook } from '@/lib/states';
import type { Task } from '../live/model';
import { nameOf } from '../progress';
import { useRunPage } from '../run-context';
import { counted, countsOf, SORTS, sorted, TASK_STATES } from './task-rows';

const ROW_PX = 36;
const COLUMNS = 'grid grid-cols-[118px_minmax(140px,2fr)_72px_96px_96px_minmax(120px,3fr)] items-center gap-3 px-3 min-w-[720px]';

export default function Tasks() {
  const { model } = useRunPage();
  const [states, setStates] = useQueryState('state', parseAsArrayOf(parseAsStringLiteral(TASK_STATES)).withDefault([]));
  const [text, setText] = useQueryState('find', parseAsString.withDefault(''));
  const [sort, setSort] = useQueryState('sort', parseAsStringLiteral(SORTS).withDefault('order'));
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Find a task', () => field.current?.focus());
  const tasks = useMemo(() => [...model.tasks.values()], [model]);
  const rows = useMemo(() => sorted(tasks, { states, text, sort }), [tasks, states, text, sort]);
  const toggle = (state: TaskState) =>
    void setStates(states.includes(state) ? states.filter((one) => one !== state) : [...states, state]);
  if (tasks.length === 0) return <EmptyState title="No tasks yet">They appear when the run starts.</EmptyState>;
  return (
    <div className="flex h-[max(420px,calc(100dvh-230px))] flex-col gap-3">
      <div className="flex flex-wrap items-center gap-1.5">
        <Input
          ref={field}
          type="search"
          aria-label="Find a task"
          placeholder="Find a task …"
          value={text}
          onChange={({ target }) => void setText(target.value || null)}
          className="w-56! max-w-full"
        />
        <States tasks={tasks} chosen={states} onToggle={toggle} />
      </div>
      <TaskTable rows={rows} sort={sort} onSort={(next) => void setSort(next === sort ? 'order' : next)} />
    </div>
  );
}

interface StatesProps {
  tasks: readonly Task[];
  chosen: readonly TaskState[];
  onToggle: (state: TaskState) => void;
}

function States({ tasks, chosen, onToggle }: StatesProps) {
  return countsOf(counted(tasks)).map(([state, count]) => (
    <Button key={state} size="sm" aria-pressed={chosen.includes(state)} onClick={() => onToggle(state)} className={cn(chosen.includes(state) && 'border-accent! bg-accent-soft!')}>
      <StateGlyph state={state} /> {stateLook(state).label} <span className="text-soft">{count}</span>
    </Button>
  ));
}

interface TableProps {
  rows: readonly Task[];
  sort: (typeof SORTS)[number];
  onSort: (sort: (typeof SORTS)[number]) => void;
}

function TaskTable({ rows, sort, onSort }: TableProps) {
  const { selected, select } = useRunPage();
  const box = useRef<HTMLDivElement>(null);
  const shown = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => ROW_PX, overscan: 12 });
  if (rows.length === 0) return <EmptyState title="No matching tasks">Try another name or state.</EmptyState>;
  return (
    <div ref={box} role="table" aria-label="Tasks" aria-rowcount={rows.length + 1} tabIndex={0} className="min-h-0 flex-1 overflow-auto rounded-lg border border-line bg-surface">
      <div role="row" className={cn(COLUMNS, 'sticky top-0 z-10 h-9 border-b border-line bg-surface text-xs font-medium text-soft')}>
        <Head label="State" />
        <Head label="Task" sort={sort} by="name" onSort={onSort} />
        <Head label="Attempt" sort={sort} by="attempt" onSort={onSort} />
        <Head label="Started" sort={sort} by="started" onSort={onSort} />
        <Head label="Duration" sort={sort} by="duration" onSort={onSort} />
        <Head label="Why" />
      </div>
      <div style={{ height: shown.getTotalSize() }} className="relative min-w-[720px]">
        {shown.getVirtualItems().map(({ index, start }) => (
          <Row key={rows[index]!.key} task={rows[index]!} place={index} top={start} isSelected={rows[index]!.key === selected} onSelect={select} />
        ))}
      </div>
    </div>
  );
}

interface HeadProps {
  label: string;
  sort?: TableProps['sort'];
  by?: TableProps['sort'];
  onSort?: TableProps['onSort'];
}

function Head({ label, sort, by, onSort }: HeadProps) {
  if (!by || !onSort) return <span role="columnheader">{label}</span>;
  const isOn = sort === by;
  const Icon = by === 'name' || by === 'started' ? ArrowUp : ArrowDown;
  return (
    <span role="columnheader" aria-sort={isOn ? (Icon === ArrowUp ? 'ascending' : 'descending') : 'none'}>
      <button type="button" onClick={() => onSort(by)} className={cn('inline-flex items-center gap-1 hover:text-text', isOn && 'text-text')}>
        {label} {isOn && <Icon aria-hidden className="size-3.5" />}
      </button>
    </span>
  );
}

interface RowProps {
  task: Task;
  place: number;
  top: number;
  isSelected: boolean;
  onSelect: (key: string | null) => void;
}

function Row({ task, place, top, isSelected, onSelect }: RowProps) {
  const start = task.startedAt === null ? null : new Date(task.startedAt).toISOString();
  const end = task.finishedAt === null ? null : new Date(task.finishedAt).toISOString();
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      aria-selected={isSelected}
      style={{ transform: `translateY(${top}px)`, height: ROW_PX }}
      onClick={() => onSelect(isSelected ? null : task.key)}
      className={cn(COLUMNS, 'absolute inset-x-0 top-0 cursor-pointer border-b border-line', isSelected ? 'bg-accent-soft' : 'hover:bg-hover/60')}
    >
      <span role="cell">
        <StateBadge state={task.state} />
      </span>
      <span role="cell" className="min-w-0 truncate">
        <button type="button" className="max-w-full truncate font-medium hover:underline" title={task.key}>
          {nameOf(task)}
        </button>
        {task.mapCount !== null && <span className="ml-2 text-soft">mapped over {task.mapCount}</span>}
      </span>
      <span role="cell" className={cn(task.attempt > 1 ? 'text-retrying' : 'text-soft')}>
        {task.attempt || '–'}
      </span>
      <span role="cell" className="truncate text-soft">
        {start ? <RelativeTime at={start} /> : '–'}
      </span>
      <span role="cell">
        <Duration start={start} end={end} />
      </span>
      <span role="cell" className={cn('truncate', task.error ? 'text-bad' : 'text-soft')} title={task.error?.message ?? task.reason ?? undefined}>
        {task.error?.message ?? task.reason}
      </span>
    </div>
  );
}
