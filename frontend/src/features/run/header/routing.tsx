'use client';
/** Which engine runs it, and why that one. */
import { Cpu } from 'lucide-react';
import { Popover } from '@/components/ui/popover';
import { sentence } from '@/lib/format';
import { useRunPage } from '../run-context';

const DECIDED_BY: Record<string, string> = {
  RUN: 'Whoever started the run asked for it.',
  DEPLOYMENT: 'The deployment names it.',
  FLOW: 'The flow names it.',
  RULE: 'A routing rule chose it.',
  DEFAULT: 'It is the default: nobody asked for another one.',
};

export function Routing() {
  const { executor, routing } = useRunPage().run;
  return (
    <Popover
      label="Why this engine"
      className="w-80 p-3"
      trigger={
        <button type="button" className="inline-flex items-center gap-1 decoration-dotted underline-offset-3 hover:underline">
          <Cpu aria-hidden className="size-3.5" /> {sentence(executor)}
          <span className="sr-only">, why this engine?</span>
        </button>
      }
    >
      <h2 className="font-semibold">Why {sentence(routing.executor)}?</h2>
      <p className="mt-1">{DECIDED_BY[routing.level] ?? sentence(routing.level)}</p>
      <p className="mt-1 break-words text-soft">{routing.reason}</p>
    </Popover>
  );
}
