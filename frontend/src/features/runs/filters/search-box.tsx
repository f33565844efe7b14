'use client';
/** Any part of a run's slug, flow, deployment, tag or error. The address follows once typing rests. */
import { Search } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { Input } from '@/components/ui/input';
import { useSettled } from '@/lib/use-settled';

export const SEARCH_ID = 'runs-search';
/** A search over a million runs may take a moment: not at every letter. */
const REST_MS = 250;

export function SearchBox({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  if (value !== seen) {
    // Changed from outside: back and forward, a saved view, "clear".
    setSeen(value);
    if (value !== text.trim()) setText(value);
  }
  const settled = useSettled(text, REST_MS).trim();
  const tell = useEffectEvent(() => settled !== value && settled === text.trim() && onChange(settled));
  useEffect(() => void tell(), [settled]);
  return (
    <div role="search" className="relative min-w-44 flex-1 sm:w-60 sm:flex-none">
      <Search aria-hidden className="pointer-events-none absolute top-1.5 left-2 size-4 text-soft" />
      <Input
        id={SEARCH_ID}
        type="search"
        aria-label="Search runs by name, flow, deployment, tag or error"
        title="Any part of the run’s name, flow, deployment, tag (team=data) or error"
        placeholder="Name, flow, tag or error"
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={({ key, currentTarget }) => {
          // What is typed and confirmed need not rest.
          if (key === 'Enter' && text.trim() !== value) onChange(text.trim());
          if (key === 'Escape') currentTarget.blur();
        }}
        className="h-7! pl-8!"
      />
    </div>
  );
}
