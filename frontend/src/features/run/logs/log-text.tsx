'use client';
/** The text of a line: in its colours, or with what the search has found marked. */
import { useSyncExternalStore } from 'react';
import './ansi.css';
import type { Line } from './log-store';

type ToHtml = (text: string) => string;

let toHtml: ToHtml | undefined;
let asked = false;
const listeners = new Set<() => void>();

/** The library loads with the first coloured line; it escapes all but its own spans. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!asked) {
    asked = true;
    void import('fancy-ansi').then(({ FancyAnsi }) => {
      const colours = new FancyAnsi();
      toHtml = (text) => colours.toHtml(text);
      listeners.forEach((tell) => tell());
    });
  }
  return () => listeners.delete(listener);
}

export function LogText({ line, search = '' }: { line: Line; search?: string }) {
  if (search && line.text.toLowerCase().includes(search.toLowerCase())) return <Marked text={line.text} search={search} />;
  return line.message === line.text ? line.text : <Coloured line={line} />;
}

function Coloured({ line }: { line: Line }) {
  const render = useSyncExternalStore(subscribe, () => toHtml, () => undefined);
  if (!render) return line.text;
  return <span className="log-ansi" dangerouslySetInnerHTML={{ __html: render(line.message) }} />;
}

function Marked({ text, search }: { text: string; search: string }) {
  const parts: { text: string; isFound: boolean }[] = [];
  const lower = text.toLowerCase();
  const wanted = search.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push({ text: text.slice(from, at), isFound: false }, { text: text.slice(at, at + wanted.length), isFound: true });
    from = at + wanted.length;
  }
  parts.push({ text: text.slice(from), isFound: false });
  return parts.map((part, at) =>
    part.isFound ? (
      <mark key={at} className="rounded-xs bg-warn-soft text-warn outline-1 outline-current">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
