'use client';
/** A JSON value as a tree that folds. Long lists show their head until asked for more. */
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { cn } from '@/lib/cn';
import { writeJson } from '@/lib/json';
import { CopyButton } from './ui/copy-button';

const OPEN_DEPTH = 2;
const SHOWN_CHILDREN = 100;

export function JsonView({ value, className }: { value: unknown; className?: string }) {
  return (
    <div className={cn('relative min-w-0 rounded-md border border-line bg-page', className)}>
      <div className="overflow-x-auto py-2 pr-10 pl-2 font-mono text-xs leading-5">
        <Node value={value} depth={0} />
      </div>
      <CopyButton text={writeJson(value, 2)} label="Copy JSON" className="absolute top-1 right-1" />
    </div>
  );
}

interface NodeProps {
  name?: string;
  value: unknown;
  depth: number;
}

function Node({ name, value, depth }: NodeProps) {
  if (typeof value !== 'object' || value === null) return <Leaf name={name} value={value} />;
  const entries = Array.isArray(value) ? value.map((item, at) => [String(at), item] as const) : Object.entries(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return <Line name={name} text={`${open}${close}`} />;
  return <Branch name={name} entries={entries} brackets={`${open} ${entries.length} ${close}`} depth={depth} />;
}

interface BranchProps {
  name?: string;
  entries: readonly (readonly [string, unknown])[];
  brackets: string;
  depth: number;
}

function Branch({ name, entries, brackets, depth }: BranchProps) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(SHOWN_CHILDREN);
  return (
    <div>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="flex items-center rounded hover:bg-hover">
        <ChevronRight aria-hidden className={cn('size-3.5 text-soft transition-transform', isOpen && 'rotate-90')} />
        {name !== undefined && <Name name={name} />}
        <span className="text-soft">{brackets}</span>
      </button>
      {isOpen && (
        <div className="ml-1.5 border-l border-line pl-3">
          {entries.slice(0, shown).map(([key, item]) => (
            <Node key={key} name={key} value={item} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button type="button" className="link" onClick={() => setShown(shown + SHOWN_CHILDREN)}>
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Leaf({ name, value }: { name?: string; value: unknown }) {
  const colour = typeof value === 'string' ? 'text-good' : value === null ? 'text-soft' : 'text-accent';
  return <Line name={name} text={writeJson(value)} className={colour} />;
}

function Line({ name, text, className }: { name?: string; text: string; className?: string }) {
  return (
    <div className="pl-3.5">
      {name !== undefined && <Name name={name} />}
      <span className={cn('break-words whitespace-pre-wrap', className)}>{text}</span>
    </div>
  );
}

function Name({ name }: { name: string }) {
  return <span className="mr-1.5 text-text">{name}:</span>;
}
