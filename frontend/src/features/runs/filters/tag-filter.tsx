'use client';
/** Runs that have all of the chosen tags. The rows that are loaded say which tags there are. */
import { X } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { tagPair } from '../run-view';
import { Chip } from './chip';

const MOST = 10;
const SUGGESTED = 12;

interface TagFilterProps {
  value: readonly string[];
  known: readonly string[];
  onChange: (tags: string[]) => void;
}

export function TagFilter({ value, known, onChange }: TagFilterProps) {
  const [text, setText] = useState('');
  const id = useId();
  const isTag = tagPair(text) !== null;
  const add = (tag: string) => {
    setText('');
    onChange([...new Set([...value, tag])]);
  };
  const others = known.filter((tag) => !value.includes(tag)).slice(0, SUGGESTED);
  return (
    <Popover
      label="Tags of the runs"
      className="w-72 p-3"
      trigger={<Chip name="Tags" value={value.length > 0 ? value.join(', ') : null} />}
    >
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
            <Field label="A tag, then Enter" hint="Such as team=data" error={text !== '' && !isTag ? 'Name, =, value.' : undefined}>
              {(field) => <Input {...field} value={text} onChange={({ target }) => setText(target.value)} />}
            </Field>
          </form>
        )}
        {others.length > 0 && value.length < MOST && (
          <div>
            <p id={id} className="mb-1 text-xs text-soft">
              Tags of the runs below
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
    </Popover>
  );
}
