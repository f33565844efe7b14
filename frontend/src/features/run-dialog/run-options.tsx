'use client';
/** Beside the parameters: the engine and the tags of the run. */
import { Field, Select } from '@/components/ui/input';
import { TagsInput } from '@/components/tags-input';
import type { Executor } from '@/gql/graphql';
import { sentence } from '@/lib/format';
import { problemAt } from './problems';
import type { RunForm, Target } from './use-run-form';

export function RunOptions({ form, target }: { form: RunForm; target: Target }) {
  const configured = form.preview.data?.previewRun.considered.filter((one) => one.isConfigured).map((one) => one.executor) ?? [];
  const engines = form.executor && !configured.includes(form.executor) ? [...configured, form.executor] : configured;
  const usual = target.defaultExecutor ? `As deployed: ${sentence(target.defaultExecutor)}` : 'As the routing decides';
  return (
    <section aria-label="Options" className="grid gap-3 border-t border-line pt-4 sm:grid-cols-2">
      <Field label="Engine" error={problemAt(form.problems, 'executor')}>
        {(field) => (
          <Select {...field} value={form.executor ?? ''} onChange={({ target: { value } }) => form.setExecutor((value || null) as Executor | null)}>
            <option value="">{usual}</option>
            {engines.map((one) => (
              <option key={one} value={one}>
                {sentence(one)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <TagsInput label="Tags of this run" value={form.tags} onChange={form.setTags} />
    </section>
  );
}
