'use client';
/** A value as JSON, for shapes that no other field can draw. */
import { use, useEffect, useState } from 'react';
import { Textarea } from '@/components/ui/input';
import { parseJson, same, writeJson } from '@/lib/json';
import { FormContext, Labelled, useProblem, type DrawnProps } from './field';

const write = (value: unknown): string => (value === undefined ? '' : writeJson(value, 2));

export function JsonField(props: DrawnProps) {
  const { path, value, onChange } = props;
  const { setBroken } = use(FormContext);
  const [text, setText] = useState(() => write(value));
  const problem = useProblem({ ...props, isQuiet: false }, true);
  useEffect(() => () => setBroken(path, null), [path, setBroken]);
  const read = readJson(text);
  const isOwn = 'problem' in read || same(read.value, value);
  const change = (next: string) => {
    setText(next);
    const now = readJson(next);
    setBroken(path, 'problem' in now ? now.problem : null);
    if (!('problem' in now)) onChange(now.value);
  };
  const lines = text.split('\n').length;
  return (
    <Labelled {...props} problem={props.isQuiet && !('problem' in read) ? undefined : problem}>
      {(field) => (
        <Textarea
          {...field}
          spellCheck={false}
          rows={Math.min(12, Math.max(2, lines))}
          className="font-mono text-xs"
          value={isOwn ? text : write(value)}
          onChange={({ target }) => change(target.value)}
        />
      )}
    </Labelled>
  );
}

function readJson(text: string): { value: unknown } | { problem: string } {
  if (!text.trim()) return { value: undefined };
  try {
    return { value: parseJson(text) };
  } catch (problem) {
    return { problem: problem instanceof Error ? problem.message : String(problem) };
  }
}
