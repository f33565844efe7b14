'use client';
/** The start of a slug or of a flow's name. The address follows once typing rests. */
import { Search } from 'lucide-react';
import { useEffect, useEffectEvent, useState } from 'react';
import { Input } from '@/components/ui/input';
import { useSettled } from '@/lib/use-settled';

export const SEARCH_ID = 'runs-search';
const REST_MS = 200;

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
    <div role="search" className="relative min-w-36 flex-1 sm:max-w-60">
      <Search aria-hidden className="pointer-events-none absolute top-1.5 left-2 size-4 text-soft" />
      <Input
        id={SEARCH_ID}
        type="search"
        aria-label="Run, flow, tag or error"
        placeholder="Run, flow, tag or error"
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
        className="h-7! pl-8!"
      />
    </div>
  );
}
