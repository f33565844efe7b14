'use client';
/** What of the graph one wants to see; the table of tasks shares the filter. All in the URL. */
import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';
import type { TaskState } from '@/gql/graphql';
import type { Task } from '../live/model';
import { isFound, TASK_STATES } from '../tabs/task-rows';

export function useGraphWish() {
  const [text, setText] = useQueryState('find', parseAsString.withDefault(''));
  const [states, setStates] = useQueryState('state', parseAsArrayOf(parseAsStringLiteral(TASK_STATES)).withDefault([]));
  const [showsCritical, setShowsCritical] = useQueryState('critical', parseAsBoolean.withDefault(false));
  const matches = (task: Task) => isFound(task, text) && (states.length === 0 || states.includes(task.state));
  return {
    text,
    setText: (next: string) => void setText(next || null),
    state: states[0] ?? null,
    setState: (next: TaskState | null) => void setStates(next ? [next] : null),
    showsCritical,
    toggleCritical: () => void setShowsCritical(showsCritical ? null : true),
    /** Null where nothing is asked for. A mapped task is found by its children too. */
    foundIn(tasks: readonly Task[], children: ReadonlyMap<string, readonly Task[]>): ReadonlySet<string> | null {
      if (!text.trim() && states.length === 0) return null;
      const found = tasks.filter((task) => matches(task) || children.get(task.key)?.some(matches));
      return new Set(found.map(({ key }) => key));
    },
  };
}

export type GraphWish = ReturnType<typeof useGraphWish>;
