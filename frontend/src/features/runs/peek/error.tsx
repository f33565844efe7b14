'use client';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { CodeBlock } from '@/components/code-block';
import type { RunPeekQuery } from '@/gql/graphql';
import { cn } from '@/lib/cn';

type RunError = NonNullable<NonNullable<RunPeekQuery['run']>['error']>;

export function PeekError({ error: { code, message, taskKey, where, hint, traceback } }: { error: RunError }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label="Error" className="mt-3 rounded-md border border-bad-line bg-bad-soft px-3 py-2">
      <p className="font-medium break-words whitespace-pre-wrap text-bad">{message}</p>
      <p className="mt-0.5 text-xs break-words text-soft">{[code, taskKey && `task ${taskKey}`, where].filter(Boolean).join(' · ')}</p>
      {hint && <p className="mt-1 break-words">{hint}</p>}
      {traceback && (
        <>
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)} className="mt-1 flex items-center gap-1 text-xs font-medium">
            <ChevronRight aria-hidden className={cn('size-3.5 transition-transform', isOpen && 'rotate-90')} />
            Traceback
          </button>
          {isOpen && <CodeBlock code={traceback} label="Copy the traceback" className="mt-1" />}
        </>
      )}
    </section>
  );
}
