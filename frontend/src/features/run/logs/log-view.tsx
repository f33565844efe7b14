'use client';
/** A run's log: follows, searches, filters; any number of lines. */
import { useRef, useState } from 'react';
import type { LogLevel } from '@/gql/graphql';
import { useShortcut } from '@/lib/shortcuts';
import { isTerminal } from '@/lib/states';
import { useKept } from '@/lib/kept';
import { count as number } from '@/lib/format';
import { useRunPage } from '../run-context';
import { LogLines } from './log-lines';
import { MOST_LINES } from './log-store';
import { LogToolbar } from './log-toolbar';
import { useLogView } from './use-log-view';

/** `isSearchKey`: whether `/` comes here. */
export function LogView({ isSearchKey = false }: { isSearchKey?: boolean }) {
  const { run, selected } = useRunPage();
  const hasLine = useRef(typeof window !== 'undefined' && /[?&]line=|#L\d/.test(window.location.href));
  const [isFollowed, setFollowed] = useState(!isTerminal(run.state) && !hasLine.current);
  const state = useLogView(isFollowed, setFollowed);
  const [wraps, setWraps] = useKept<boolean>('log-wraps', false);
  const [showsTimes, setShowsTimes] = useKept<boolean>('log-times', true);
  const field = useRef<HTMLInputElement>(null);
  useShortcut('f', 'Follow the log', () => setFollowed(!isFollowed));
  useShortcut('/', 'Search the log', () => field.current?.focus(), { enabled: isSearchKey });
  const { log, view, matches, match, goal, text, count } = state;
  return (
    <section aria-label="Log" className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface">
      <LogToolbar
        state={state}
        field={field}
        onFollow={setFollowed}
        wraps={wraps}
        onWraps={setWraps}
        showsTimes={showsTimes}
        onTimes={setShowsTimes}
      />
      {count === 0 ? (
        <Nothing level={state.level} />
      ) : (
        <LogLines
          lines={log.lines}
          view={view}
          count={count}
          search={text}
          current={matches.rows[match]}
          goal={goal}
          marked={state.line}
          onMark={(line) => void state.setLine(line === state.line ? null : line)}
          wraps={wraps}
          showsTimes={showsTimes}
          showsTasks={selected === null}
          isFollowed={isFollowed}
          onFollow={setFollowed}
        />
      )}
      {log.status === 'full' && (
        <p className="border-t border-line px-3 py-1.5 text-soft">
          The first {number(MOST_LINES)} lines. Download the log for the rest.
        </p>
      )}
    </section>
  );
}

function Nothing({ level }: { level: LogLevel }) {
  const { log, run, selected } = useRunPage();
  const isOver = isTerminal(run.state) && log.status === 'complete';
  return <p className="flex flex-1 items-center justify-center p-6 text-center text-soft">{nothingText(log.lines.length > 0, { selected, level, isOver })}</p>;
}

function nothingText(hasLines: boolean, { selected, level, isOver }: { selected: string | null; level: LogLevel; isOver: boolean }): string {
  if (hasLines && selected) return `${selected} ${isOver ? 'wrote nothing' : 'has written nothing yet'}${level === 'DEBUG' ? '' : ' of this level'}.`;
  if (hasLines) return 'No lines at this level.';
  return isOver ? 'This run wrote no logs.' : 'No log lines yet. They appear here as they are written.';
}
