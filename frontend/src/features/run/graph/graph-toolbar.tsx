'use client';
import { useReactFlow } from '@xyflow/react';
import { Expand, Minus, Plus, Route } from 'lucide-react';
import { useRef, type KeyboardEvent } from 'react';
import { IconButton } from '@/components/ui/icon-button';
import { Input, Select } from '@/components/ui/input';
import type { TaskState } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { useShortcut } from '@/lib/shortcuts';
import { stateLook } from '@/lib/states';
import type { Task } from '../live/model';
import { useRunPage } from '../run-context';
import { countsOf } from '../tabs/task-rows';
import type { GraphWish } from './use-graph-wish';

interface Props {
  wish: GraphWish;
  tasks: readonly Task[];
  found: ReadonlySet<string> | null;
}

export function GraphToolbar({ wish, tasks, found }: Props) {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const { selected, select } = useRunPage();
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Find a task', () => field.current?.focus());
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') field.current?.blur();
    if (event.key !== 'Enter' || !found) return;
    const keys = [...found];
    const next = keys[(keys.indexOf(selected ?? '') + (event.shiftKey ? -1 : 1) + keys.length) % keys.length];
    if (next) select(next);
  };
  const counts = countsOf(tasks);
  return (
    <div className="flex flex-wrap items-center gap-1.5 border-b border-line px-2 py-1.5" data-no-print>
      <Input
        ref={field}
        type="search"
        aria-label="Find a task; Enter goes from one to the next"
        placeholder="Find a task …"
        value={wish.text}
        onChange={({ target }) => wish.setText(target.value)}
        onKeyDown={onKeyDown}
        className="h-7! max-w-44 min-w-28 flex-1 text-xs"
      />
      <Select
        aria-label="Only tasks that are"
        value={wish.state ?? ''}
        onChange={({ target }) => wish.setState((target.value || null) as TaskState | null)}
        className="h-7! w-auto! min-w-0 text-xs"
      >
        <option value="">All states</option>
        {counts.map(([state, count]) => (
          <option key={state} value={state}>
            {stateLook(state).label} ({count})
          </option>
        ))}
        {wish.state && !counts.some(([state]) => state === wish.state) && <option value={wish.state}>{stateLook(wish.state).label} (0)</option>}
      </Select>
      <span className="ml-auto" />
      <IconButton size="sm" label="Show the critical path" aria-pressed={wish.showsCritical} onClick={wish.toggleCritical} className={cn(wish.showsCritical && 'bg-accent-soft text-accent!')}>
        <Route aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Smaller" onClick={() => void zoomOut()}>
        <Minus aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Larger" onClick={() => void zoomIn()}>
        <Plus aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Show all" onClick={() => void fitView({ padding: 0.08, maxZoom: 1, duration: 200 })}>
        <Expand aria-hidden />
      </IconButton>
    </div>
  );
}
