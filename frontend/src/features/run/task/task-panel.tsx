'use client';
/** The selected task at the side: how it went, attempt by attempt, what it returned and wrote. */
import { RotateCcw, ScrollText, X } from 'lucide-react';
import { useMemo, type ReactNode } from 'react';
import { StateBadge } from '@/components/state';
import { Button } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { useCan } from '@/lib/can';
import { stateLook } from '@/lib/states';
import { useRetry } from '../header/use-retry';
import { nameOf } from '../progress';
import { useRunPage } from '../run-context';
import { Attempts } from './attempts';
import { Children } from './children';
import { Neighbours } from './neighbours';
import { TaskResult } from './task-result';
import { TaskSecrets } from './task-secrets';
import { Timings } from './timings';
import { TaskLog } from './task-log';

export default function TaskPanel() {
  const { model, selected, select, openTab } = useRunPage();
  const { retry, isPending, isAllowed, whyNot } = useRetry();
  const mayReadLog = useCan()('PAYLOADS_READ');
  const task = selected === null ? undefined : model.tasks.get(selected);
  const history = useMemo(() => model.history.get(selected ?? '') ?? [], [model.history, selected]);
  if (!task) return <Unknown />;
  return (
    <Frame
      name={`Task ${task.key}`}
      head={
        <>
          <h2 className="min-w-0 flex-1 text-base font-semibold break-words">{nameOf(task)}</h2>
          <IconButton size="sm" label="Close (Esc)" onClick={() => select(null)}>
            <X aria-hidden />
          </IconButton>
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        <StateBadge state={task.state} />
        {task.key !== task.name && <code className="font-mono text-xs break-all text-soft">{task.key}</code>}
      </div>
      {task.reason && <p className="text-soft">{task.reason}</p>}
      <div className="flex flex-wrap gap-2 empty:hidden" data-no-print>
        {isAllowed && (
          <Button size="sm" busy={isPending} disabled={!!whyNot} title={whyNot} onClick={() => retry('FROM_TASK', task.parent ?? task.key)}>
            <RotateCcw aria-hidden /> Retry from this task
          </Button>
        )}
        {mayReadLog && (
          <Button size="sm" onClick={() => openTab('logs')}>
            <ScrollText aria-hidden /> Its log
          </Button>
        )}
      </div>
      {(stateLook(task.state).isBad || task.error) && <TaskResult task={task} part="error" />}
      <Timings task={task} history={history} />
      <Neighbours task={task} />
      <Children task={task} />
      <Attempts history={history} />
      <TaskResult task={task} part="result" />
      {mayReadLog && <TaskLog task={task} />}
      <TaskSecrets />
    </Frame>
  );
}

function Unknown() {
  const { selected, select } = useRunPage();
  return (
    <Frame name="Task" head={<h2 className="min-w-0 flex-1 text-base font-semibold break-words">{selected}</h2>}>
      <p className="text-soft">No such task in this run, or it has not started yet.</p>
      <Button size="sm" className="justify-self-start" onClick={() => select(null)}>
        Close
      </Button>
    </Frame>
  );
}

/** Beside the page where there is room, over it where there is not. */
function Frame({ name, head, children }: { name: string; head: ReactNode; children: ReactNode }) {
  return (
    <aside
      aria-label={name}
      data-no-print
      className="fixed inset-y-0 right-0 z-40 flex w-[min(400px,100vw)] animate-slide flex-col border-l border-line bg-surface shadow-pop lg:sticky lg:inset-auto lg:top-4 lg:z-auto lg:max-h-[calc(100dvh-84px)] lg:w-[340px] lg:shrink-0 lg:animate-none lg:self-start lg:rounded-lg lg:border lg:shadow-none 2xl:w-[400px]"
    >
      <div className="flex items-start gap-2 border-b border-line px-4 py-2.5">{head}</div>
      <div className="grid min-h-0 content-start gap-4 overflow-y-auto p-4">{children}</div>
    </aside>
  );
}

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-1.5">
      <h3 className="text-xs font-medium text-soft">{title}</h3>
      {children}
    </section>
  );
}
