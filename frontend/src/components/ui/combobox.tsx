'use client';
/** A button that opens a list with a filter above; for one value or, with `multiple`, for several. */
import { Check, ChevronDown } from 'lucide-react';
import { useId, useState, type KeyboardEvent } from 'react';
import { cn } from '@/lib/cn';
import { Button } from './button';
import { Input } from './input';
import { Popover } from './popover';

export interface Option {
  value: string;
  label: string;
  hint?: string;
}

interface ComboboxProps {
  /** What is chosen, in words: the name of the button. */
  label: string;
  options: readonly Option[];
  value: readonly string[];
  onChange: (value: string[]) => void;
  multiple?: boolean;
  /** What the button shows; else the label with what is chosen. */
  text?: string;
  /** For lists that the server filters: called as one types, and nothing is filtered here. */
  onSearch?: (text: string) => void;
  /** For options that are asked for once somebody looks at them. */
  onOpenChange?: (open: boolean) => void;
  className?: string;
}

export function Combobox({ label, options, value, onChange, multiple = false, text, onSearch, onOpenChange, className }: ComboboxProps) {
  const [open, setOpen] = useState(false);
  const names = value.map((one) => options.find((option) => option.value === one)?.label ?? one);
  const pick = (chosen: string) => {
    const has = value.includes(chosen);
    if (multiple) return onChange(has ? value.filter((one) => one !== chosen) : [...value, chosen]);
    onChange(has ? [] : [chosen]);
    setOpen(false);
  };
  return (
    <Popover
      label={label}
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        onOpenChange?.(next);
      }}
      className="w-64 p-1"
      trigger={
        <Button className={cn('max-w-60', className)}>
          <span className="truncate">{text ?? (names.length ? `${label}: ${names.join(', ')}` : label)}</span>
          <ChevronDown aria-hidden className="text-soft" />
        </Button>
      }
    >
      <FilterList label={label} options={options} chosen={value} multiple={multiple} onPick={pick} onSearch={onSearch} />
    </Popover>
  );
}

interface FilterListProps {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  multiple?: boolean;
  onPick: (value: string) => void;
  onSearch?: (text: string) => void;
  placeholder?: string;
  /** Of the list. */
  className?: string;
}

export function FilterList({ label, options, chosen, multiple = false, onPick, onSearch, placeholder = 'Filter…', className = 'max-h-64' }: FilterListProps) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const shown = onSearch ? options : options.filter((one) => one.label.toLowerCase().includes(text.toLowerCase()));
  const current = shown[Math.min(at, shown.length - 1)];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((was) => (Math.min(was, shown.length - 1) + step + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter' && current) {
      event.preventDefault();
      onPick(current.value);
    }
  };
  const search = (next: string) => {
    setText(next);
    setAt(0);
    onSearch?.(next);
  };
  return (
    <>
      <Input
        role="combobox"
        aria-expanded
        aria-controls={id}
        aria-activedescendant={current && `${id}-${current.value}`}
        aria-label={`Filter: ${label}`}
        placeholder={placeholder}
        // Whoever opens a list wants to search it. A popover takes care by itself; a dialog's list may come later.
        autoFocus
        value={text}
        onChange={({ target }) => search(target.value)}
        onKeyDown={onKeyDown}
      />
      <ul id={id} role="listbox" aria-label={label} aria-multiselectable={multiple} className={cn('mt-1 overflow-y-auto', className)}>
        {shown.map((option) => (
          <li
            key={option.value}
            id={`${id}-${option.value}`}
            role="option"
            aria-selected={chosen.includes(option.value)}
            onClick={() => onPick(option.value)}
            className={cn('flex min-h-7 items-center gap-2 rounded-md px-2 hover:bg-hover', option === current && 'bg-hover')}
          >
            <span className="min-w-0 flex-1 truncate">{option.label}</span>
            {option.hint && <span className="max-w-2/3 truncate text-xs text-soft">{option.hint}</span>}
            {chosen.includes(option.value) && <Check aria-hidden className="size-4 text-accent" />}
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="px-2 py-1.5 text-soft">No matches.</p>}
    </>
  );
}
