/** A pane of GraphiQL that lists the example operations; a click opens one in a tab of its own. */
import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react';
import { cn } from '@/lib/cn';
import { EXAMPLES, type Example } from './examples';

const KIND_COLOUR: Record<Example['kind'], string> = {
  query: 'text-accent',
  mutation: 'text-warn',
  subscription: 'text-accent-2',
};

function Examples() {
  const { addTab, changeTab } = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);

  function open(example: Example) {
    const already = tabs.findIndex((tab) => tab.query === example.query);
    if (already >= 0) return changeTab(already);
    addTab();
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(example.variables ?? '');
    queryEditor?.focus();
  }

  return (
    <section aria-label="Example operations">
      <h2 className="mb-3 text-xl font-medium">Examples</h2>
      <ul className="-mx-2 grid gap-1">
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" className="grid w-full gap-0.5 rounded-lg px-2 py-2.5 text-left text-sm hover:bg-hover [&_b]:text-base [&_b]:font-semibold" onClick={() => open(example)}>
              <span className={cn('text-2xs font-semibold tracking-wide', KIND_COLOUR[example.kind])}>
                {example.kind}
              </span>
              <b>{example.title}</b>
              <span className="text-soft">{example.about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.3" aria-hidden="true">
      <path d="M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3" strokeLinecap="round" />
    </svg>
  );
}

export const EXAMPLES_PLUGIN: GraphiQLPlugin = {
  title: 'Examples',
  icon: ExamplesIcon,
  content: Examples,
};
