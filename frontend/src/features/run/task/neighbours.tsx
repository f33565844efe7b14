'use client';
import { StateGlyph } from '@/components/state';
import type { Task } from '../live/model';
import { topTasks } from '../progress';
import { useRunPage } from '../run-context';
import { Part } from './task-panel';

const SHOWN = 12;

/** What it waits for, and what waits for it. */
export function Neighbours({ task }: { task: Task }) {
  const { model } = useRunPage();
  const own = task.parent ?? task.key;
  const after = topTasks(model).filter(({ dependsOn }) => dependsOn.includes(own));
  const before = task.dependsOn.flatMap((key) => model.tasks.get(key) ?? []);
  return (
    <>
      <Links title="Waits for" tasks={before} />
      <Links title="Followed by" tasks={after} />
    </>
  );
}

function Links({ title, tasks }: { title: string; tasks: readonly Task[] }) {
  const { select } = useRunPage();
  if (tasks.length === 0) return null;
  return (
    <Part title={title}>
      <ul className="flex flex-wrap gap-x-3 gap-y-1">
        {tasks.slice(0, SHOWN).map((task) => (
          <li key={task.key} className="max-w-full">
            <button type="button" className="inline-flex max-w-full items-center gap-1 hover:underline" onClick={() => select(task.key)}>
              <StateGlyph state={task.state} /> <span className="truncate">{task.key}</span>
            </button>
          </li>
        ))}
        {tasks.length > SHOWN && <li className="text-soft">and {tasks.length - SHOWN} more</li>}
      </ul>
    </Part>
  );
}
