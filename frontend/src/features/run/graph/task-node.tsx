'use client';
import type { NodeProps } from '@xyflow/react';
import { memo, type CSSProperties } from 'react';
import { StateGlyph } from '@/components/state';
import { cn } from '@/lib/cn';
import { duration } from '@/lib/format';
import { stateLook } from '@/lib/states';
import { nameOf } from '../progress';
import type { Mapped, TaskNode } from './nodes';

/** One task; a mapped one shows how many of its children are in which state. */
export const TaskNodeView = memo(function TaskNodeView({ data }: NodeProps<TaskNode>) {
  const { task, mapped, isSelected, isCritical, isFaded, isDown } = data;
  const { colour, label } = stateLook(task.state);
  const ms = task.startedAt !== null && task.finishedAt !== null ? task.finishedAt - task.startedAt : null;
  return (
    <>
      <Ends isDown={isDown} />
      <div
        data-task={task.key}
        style={{ '--tone': colour } as CSSProperties}
        className={cn('task-node', isSelected && 'is-selected', isCritical && 'is-critical', isFaded && 'is-faded', task.state === 'PENDING' && 'is-pending')}
        title={`${task.key}: ${label}`}
      >
        <span className="task-node-text">
          <StateGlyph state={task.state} />
          <span className="min-w-0 flex-1 truncate">{nameOf(task)}</span>
          {task.attempt > 1 && <span className="text-retrying">×{task.attempt}</span>}
          {mapped ? (
            <span className="text-soft">
              {mapped.ended}/{mapped.total}
            </span>
          ) : (
            ms !== null && <span className="text-soft">{duration(ms)}</span>
          )}
        </span>
        {mapped && <Strip mapped={mapped} />}
      </div>
    </>
  );
});

/** Where edges end. The library looks for such elements in each node that it measures, and draws no
 *  edge to one without; its own handles follow its store besides, which was half of the work. */
function Ends({ isDown }: { isDown: boolean }) {
  return (
    <>
      <span className="task-node-end target" data-handlepos={isDown ? 'top' : 'left'} />
      <span className="task-node-end source" data-handlepos={isDown ? 'bottom' : 'right'} />
    </>
  );
}

function Strip({ mapped: { counts, total } }: { mapped: Mapped }) {
  return (
    <span className="task-node-strip" aria-hidden>
      {counts.map(([state, count]) => (
        <span key={state} style={{ width: `${(count / Math.max(1, total)) * 100}%`, background: stateLook(state).colour }} />
      ))}
    </span>
  );
}
