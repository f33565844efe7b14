'use client';
/** What of the log is shown, and where one is in it. Filter, search and line are in the URL. */
import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs';
import { useEffect, useRef, useState } from 'react';
import { useRunPage } from '../run-context';
import { countOf, found, LEVELS, nextFound, rowOf, shown, type Found, type Shown } from './filter';
import { useLogVersion } from './use-log';

export interface LogViewState {
  view: Shown;
  matches: Found;
  /** Which of the matches one is at; -1: none. */
  match: number;
  /** The row to bring into sight; a new object each time. */
  goal: { row: number } | null;
}

export function useLogView(isFollowed: boolean, setFollowed: (is: boolean) => void) {
  const { log, selected } = useRunPage();
  useLogVersion(log);
  const [level, setLevel] = useQueryState('level', parseAsStringLiteral(LEVELS).withDefault('DEBUG'));
  const [text, setText] = useQueryState('q', parseAsString.withDefault('').withOptions({ throttleMs: 300 }));
  const [line, setLine] = useLine();
  const [match, setMatch] = useState(-1);
  const [goal, setGoal] = useState<{ row: number } | null>(null);
  const kept = useRef<{ view?: Shown; matches?: Found }>({});
  const view = shown(log.lines, { level, task: selected }, kept.current.view);
  const matches = found(log.lines, view, text, kept.current.matches);
  kept.current = { view, matches };
  useArrival(line, log.lines.length, () => setGoal({ row: rowOf(view, line! - 1) }));
  const go = (step: 1 | -1) => {
    const at = match >= 0 ? (matches.rows[match] ?? -1) : (goal?.row ?? -1);
    const next = nextFound(matches.rows, at, step);
    setMatch(next);
    if (next < 0) return;
    setFollowed(false);
    setGoal({ row: matches.rows[next]! });
  };
  const search = (next: string) => {
    setMatch(-1);
    void setText(next || null);
  };
  return { log, view, matches, match, goal, text, search, go, level, setLevel, line, setLine, count: countOf(view), isFollowed };
}

/** `?line=123`, or `#L123` as people write it. */
function useLine() {
  const [line, setLine] = useQueryState('line', parseAsInteger);
  useEffect(() => {
    const number = /^#L(\d+)$/.exec(window.location.hash)?.[1];
    if (!number) return;
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    void setLine(Number(number));
  }, [setLine]);
  return [line, setLine] as const;
}

/** Calls once, when the line that the link names has come. */
function useArrival(line: number | null, count: number, arrive: () => void): void {
  const done = useRef<number | null>(null);
  useEffect(() => {
    if (line === null || line > count || done.current === line) return;
    done.current = line;
    arrive();
  });
}
