'use client';
import { CodeBlock } from '@/components/code-block';
import { EmptyState } from '@/components/notes';
import { Button } from '@/components/ui/button';
import type { CatalogState } from './use-flows';

const FIRST_FLOW = `from dagy import flow, task

@task
def greet(name: str) -> str:
    return f"Hello, {name}"

@flow(description="My first flow")
def hello(name: str = "world") -> str:
    return greet(name)`;

/** The address of the server: the commands work from another machine, too. */
const commands = (origin: string): string => [`dagy login --url ${origin}`, 'dagy deploy hello.py:hello', 'dagy trigger hello --follow'].join('\n');

interface NoFlowsProps {
  state: CatalogState;
  onClear: () => void;
}

export function NoFlows({ state: { q, ns, status }, onClear }: NoFlowsProps) {
  if (q || ns || status === 'archived') {
    const title = status === 'archived' && !q && !ns ? 'No archived flows' : 'No matching flows';
    return <EmptyState title={title} action={<Button onClick={onClear}>Show all active flows</Button>} />;
  }
  return (
    <EmptyState title="No flows yet">
      <p>Write the first one, say hello.py, and deploy it with three commands.</p>
      <div className="mt-3 grid gap-2 text-left">
        <CodeBlock code={FIRST_FLOW} label="Copy the flow" />
        <CodeBlock code={commands(window.location.origin)} label="Copy the commands" />
      </div>
    </EmptyState>
  );
}
