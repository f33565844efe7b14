'use client';
/** The chosen tags, a field for another, and the tags of the rows that are loaded. */
import { X } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import { tagPair } from '../run-view';

const MOST = 10;
const SUGGESTED = 12;

export interface TagPanelProps {
  value: readonly string[];
  known: readonly string[];
  onChange: (tags: string[]) => void;
}

export default function TagPanel({ value, known, onChange }: TagPanelProps) {
  const [text, setText] = useState('');
  const id = useId();
  const isTag = tagPair(text) !== null;
  const add = (tag: string) => {
    setText('');
    onChange([...new Set([...value, tag])]);
  };
  const others = known.filter((tag) => !value.includes(tag)).slice(0, SUGGESTED);
  return (
    <div className="grid gap-3">
      {value.length > 0 && (
        <ul className="flex flex-wrap gap-1">
          {value.map((tag) => (
            <li key={tag}>
              <Button size="sm" aria-label={`Remove ${tag}`} onClick={() => onChange(value.filter((one) => one !== tag))}>
                <span className="max-w-48 truncate">{tag}</span> <X aria-hidden className="size-3.5!" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      {value.length < MOST && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isTag) add(text.trim());
          }}
        >
          <Field label="Add a tag" hint="Such as team=data" error={text !== '' && !isTag ? 'Use the form name=value.' : undefined}>
            {(field) => <Input {...field} autoFocus value={text} onChange={({ target }) => setText(target.value)} />}
          </Field>
        </form>
      )}
      {others.length > 0 && value.length < MOST && (
        <div>
          <p id={id} className="mb-1 text-xs text-soft">
            Tags in this list
          </p>
          <div role="group" aria-labelledby={id} className="flex flex-wrap gap-1">
            {others.map((tag) => (
              <Button key={tag} size="sm" onClick={() => add(tag)}>
                <span className="max-w-56 truncate">{tag}</span>
              </Button>
            ))}
          </div>
        </div>
      )}
    </div>
  );
}
