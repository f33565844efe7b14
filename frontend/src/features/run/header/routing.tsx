'use client';
/** Which engine runs it, and why that one. */
import { Cpu } from 'lucide-react';
import { Popover } from '@/components/ui/popover';
import { sentence } from '@/lib/format';
import { useRunPage } from '../run-context';

const DECIDED_BY: Record<string, string> = {
  RUN: 'It was requested when the run was started.',
  DEPLOYMENT: 'Set on the deployment.',
  FLOW: 'Set on the flow.',
  RULE: 'Chosen by a routing rule.',
  DEFAULT: 'It is the default executor.',
};

export function Routing() {
  const { executor, routing } = useRunPage().run;
  return (
    <Popover
      label="Why this executor"
      className="w-80 p-3"
      trigger={
        <button type="button" className="inline-flex items-center gap-1 decoration-dotted underline-offset-3 hover:underline">
          <Cpu aria-hidden className="size-3.5" /> {sentence(executor)}
          <span className="sr-only">, why this executor?</span>
        </button>
      }
    >
      <h2 className="font-semibold">Why {sentence(routing.executor)}?</h2>
      <p className="mt-1">{DECIDED_BY[routing.level] ?? sentence(routing.level)}</p>
      <p className="mt-1 break-words text-soft">{routing.reason}</p>
    </Popover>
  );
}
