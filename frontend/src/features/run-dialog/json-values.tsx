'use client';
/** All parameters as one JSON object: what is written there is what the run gets. */
import { useEffect, useId, useState } from 'react';
import { Textarea } from '@/components/ui/input';
import { same, writeJson } from '@/lib/json';
import { plain, ROOT } from './problems';
import type { RunForm } from './use-run-form';
import { differing, parsedObject } from './values';

const PATH = `${ROOT} as JSON`;

export function JsonValues({ form }: { form: RunForm }) {
  const { base, given, setGiven, setBroken, problems } = form;
  const values = { ...base, ...given };
  const [text, setText] = useState(() => writeJson(values, 2));
  const id = useId();
  useEffect(() => () => setBroken(PATH, null), [setBroken]);
  const read = parsedObject(text);
  const isOwn = 'problem' in read || same(differing(read.values, base), given);
  const change = (next: string) => {
    setText(next);
    const now = parsedObject(next);
    setBroken(PATH, 'problem' in now ? now.problem : null);
    if (!('problem' in now)) setGiven(differing(now.values, base));
  };
  const wrong = problems.filter(({ path }) => path === PATH || path.startsWith(ROOT));
  return (
    <div className="grid gap-1">
      <Textarea
        id={id}
        aria-label="Parameters as JSON"
        aria-invalid={wrong.length > 0 ? true : undefined}
        aria-describedby={`${id}-note`}
        spellCheck={false}
        rows={Math.min(20, Math.max(6, text.split('\n').length + 1))}
        className="font-mono text-xs leading-5"
        value={isOwn ? text : writeJson(values, 2)}
        onChange={({ target }) => change(target.value)}
      />
      <ul id={`${id}-note`} className="text-xs text-bad">
        {wrong.map(({ path, message }) => (
          <li key={path}>
            {path !== PATH && <code className="font-mono">{path.slice(ROOT.length + 1)}: </code>}
            {plain(message)}
          </li>
        ))}
      </ul>
      <p className="text-xs text-soft">{base ? 'A name you take out gets its default again.' : 'Names that you leave out keep the deployment’s values.'}</p>
    </div>
  );
}
