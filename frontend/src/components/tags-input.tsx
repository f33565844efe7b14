'use client';
/** Tags as `team=data`: Enter or a comma adds one, Backspace in the empty field takes the last back. */
import { X } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { parsedTag } from '@/lib/tags';
import { Field, fieldStyle } from './ui/input';
import { Badge } from './ui/surfaces';

interface TagsInputProps {
  label: string;
  value: Readonly<Record<string, string>>;
  onChange: (tags: Record<string, string>) => void;
  error?: string;
}

export function TagsInput({ label, value, onChange, error }: TagsInputProps) {
  const [text, setText] = useState('');
  const tag = parsedTag(text);
  const without = (name: string) => Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
  const add = () => {
    if (!tag) return;
    onChange({ ...value, [tag[0]]: tag[1] });
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.key === 'Enter' && !event.metaKey && !event.ctrlKey) || event.key === ',') {
      if (!text.trim() && event.key === 'Enter') return;
      event.preventDefault();
      add();
    }
    const last = Object.keys(value).at(-1);
    if (event.key === 'Backspace' && !text && last !== undefined) onChange(without(last));
  };
  const unfinished = text.trim() !== '' && !tag ? 'Use the form name=value.' : undefined;
  return (
    <Field label={label} error={error ?? unfinished} hint="name=value, then Enter">
      {(field) => (
        <div className={`${fieldStyle} flex min-h-8 flex-wrap items-center gap-1 py-0.5`}>
          {Object.entries(value).map(([name, one]) => (
            <Badge key={name} className="pr-0.5">
              {name}={one}
              <button type="button" aria-label={`Remove the tag ${name}`} className="rounded p-0.5 hover:text-text" onClick={() => onChange(without(name))}>
                <X aria-hidden />
              </button>
            </Badge>
          ))}
          <input
            {...field}
            className="min-w-24 flex-1 bg-transparent outline-none"
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={onKeyDown}
            onBlur={add}
          />
        </div>
      )}
    </Field>
  );
}
