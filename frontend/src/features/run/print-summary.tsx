'use client';
/** The run on paper: what the screen keeps in panes, as one plain page. */
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { absolute, duration } from '@/lib/format';
import { writeJson } from '@/lib/json';
import { stateLook } from '@/lib/states';
import { topTasks } from './progress';
import { useRunPage } from './run-context';

const SHOWN = 200;

export function Summary() {
  return useIsPrinting() ? <Sheet /> : null;
}

/** Only while it is printed: else each change of a task would draw it again, unseen. */
function useIsPrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const media = window.matchMedia('print');
    // The browser takes its picture as soon as this returns.
    const set = (is: boolean) => flushSync(() => setPrinting(is));
    const onMedia = ({ matches }: MediaQueryListEvent) => set(matches);
    const before = () => set(true);
    const after = () => set(false);
    media.addEventListener('change', onMedia);
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      media.removeEventListener('change', onMedia);
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, []);
  return isPrinting;
}

function Sheet() {
  const { run, model } = useRunPage();
  const tasks = topTasks(model);
  const facts: [string, string][] = [
    ['Created', absolute(run.createdAt)],
    ...(run.startedAt ? [['Started', absolute(run.startedAt)] as [string, string]] : []),
    ...(run.finishedAt ? [['Ended', absolute(run.finishedAt)] as [string, string]] : []),
  ];
  return (
    <div className="grid gap-4">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-soft">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {run.parameters != null && (
        <section>
          <h2 className="font-semibold">Parameters</h2>
          <pre className="font-mono text-xs break-words whitespace-pre-wrap">{writeJson(run.parameters, 2)}</pre>
        </section>
      )}
      <table className="w-full text-left text-xs">
        <thead>
          <tr className="border-b border-line">
            <th className="py-1">Task</th>
            <th>State</th>
            <th>Attempts</th>
            <th className="text-right">Duration</th>
          </tr>
        </thead>
        <tbody>
          {tasks.slice(0, SHOWN).map((task) => (
            <tr key={task.key} className="border-b border-line">
              <td className="py-0.5">{task.key}</td>
              <td>{stateLook(task.state).label}</td>
              <td>{task.attempt || '–'}</td>
              <td className="text-right">{task.startedAt !== null && task.finishedAt !== null ? duration(task.finishedAt - task.startedAt) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {tasks.length > SHOWN && <p>And {tasks.length - SHOWN} more tasks.</p>}
    </div>
  );
}
