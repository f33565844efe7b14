'use client';
/** What a version says of one task. */
import { X } from 'lucide-react';
import { IconButton } from '@/components/ui/icon-button';
import { JsonView } from '@/components/json-view';
import { isRecord } from '@/lib/json';
import { inputText, settingsOf, type SpecTask } from '../spec';

export function TaskPanel({ task, onClose }: { task: SpecTask; onClose: () => void }) {
  const inputs = isRecord(task.document.inputs) ? Object.entries(task.document.inputs) : [];
  const settings = settingsOf(task);
  return (
    <section aria-label={`Task ${task.key}`} className="grid content-start gap-3 overflow-y-auto p-4">
      <div className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h3 className="font-semibold break-all">{task.name}</h3>
          <p className="font-mono text-2xs text-soft">
            {task.key}
            {task.isMapped && ' · for each item'}
            {task.isConditional && ' · conditional'}
          </p>
        </div>
        <IconButton size="sm" label="Close the task" onClick={onClose}>
          <X aria-hidden />
        </IconButton>
      </div>
      {task.description && <p className="text-soft">{task.description}</p>}
      {inputs.length > 0 && <Facts title="Inputs" facts={inputs.map(([name, value]) => [name, inputText(value)])} isCode />}
      {settings.length > 0 && <Facts title="Settings" facts={settings} />}
      {task.dependsOn.length > 0 && <Facts title="Depends on" facts={task.dependsOn.map((key) => [key, ''])} isCode />}
      <details>
        <summary className="cursor-pointer text-xs text-soft hover:text-text">From the spec</summary>
        <JsonView value={task.document} className="mt-1" />
      </details>
    </section>
  );
}

function Facts({ title, facts, isCode = false }: { title: string; facts: readonly (readonly [string, string])[]; isCode?: boolean }) {
  return (
    <div>
      <h4 className="mb-1 text-xs font-medium text-soft">{title}</h4>
      <dl className="grid gap-0.5">
        {facts.map(([name, value]) => (
          <div key={name} className="flex flex-wrap gap-x-2">
            <dt className={isCode ? 'font-mono text-xs' : ''}>{name}</dt>
            <dd className="min-w-0 break-words text-soft">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
