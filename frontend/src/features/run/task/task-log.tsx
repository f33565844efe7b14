'use client';
import { isShown } from '../logs/filter';
import type { Line } from '../logs/log-store';
import { LogText } from '../logs/log-text';
import { useLogVersion } from '../logs/use-log';
import type { Task } from '../live/model';
import { useRunPage } from '../run-context';
import { Part } from './task-panel';

const SHOWN = 40;

/** The end of what it wrote; all of it is in the log. */
export function TaskLog({ task }: { task: Task }) {
  const { log } = useRunPage();
  useLogVersion(log);
  const lines: Line[] = [];
  for (let at = log.lines.length - 1; at >= 0 && lines.length < SHOWN; at -= 1) {
    const line = log.lines[at]!;
    if (isShown(line, { level: 'DEBUG', task: task.key })) lines.unshift(line);
  }
  if (lines.length === 0) return null;
  return (
    <Part title="Last log lines">
      <ol tabIndex={0} aria-label="Last log lines" className="max-h-56 overflow-auto rounded-md border border-line bg-page px-2.5 py-1.5 font-mono text-xs leading-5">
        {lines.map((line) => (
          <li key={line.number} className="break-words whitespace-pre-wrap">
            <LogText line={line} />
          </li>
        ))}
      </ol>
    </Part>
  );
}
