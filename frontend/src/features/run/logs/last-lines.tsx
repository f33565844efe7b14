'use client';
/** The last twenty lines that a task wrote, as far as the log has come. */
import { useCan } from '@/lib/can';
import { Fold } from '../header/failure-banner';
import { useRunPage } from '../run-context';
import { isShown } from './filter';
import { LogText } from './log-text';
import type { Line } from './log-store';
import { useLogVersion } from './use-log';

const SHOWN = 20;

export function LastLines({ taskKey }: { taskKey: string | null }) {
  const { log } = useRunPage();
  useLogVersion(log);
  const mayRead = useCan()('PAYLOADS_READ');
  const lines = lastOf(log.lines, taskKey);
  if (!mayRead || lines.length === 0) return null;
  const title = taskKey ? `Last lines of ${taskKey}` : 'Last lines';
  return (
    <Fold title={title} startsOpen copy={lines.map(({ text }) => text).join('\n')}>
      <ol className="max-h-64 overflow-auto px-4 pb-3 font-mono text-xs leading-5" tabIndex={0} aria-label={title}>
        {lines.map((line) => (
          <li key={line.number} className="break-words whitespace-pre-wrap">
            <LogText line={line} />
          </li>
        ))}
      </ol>
    </Fold>
  );
}

function lastOf(lines: readonly Line[], task: string | null): Line[] {
  const found: Line[] = [];
  for (let at = lines.length - 1; at >= 0 && found.length < SHOWN; at -= 1) {
    if (isShown(lines[at]!, { level: 'DEBUG', task })) found.push(lines[at]!);
  }
  return found.reverse();
}
