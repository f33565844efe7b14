'use client';
/** The parameters, as a form or as JSON: two views of the same values. */
import { useMemo, useState } from 'react';
import { RelativeTime } from '@/components/time';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { isRecord } from '@/lib/json';
import { FormContext, SchemaField } from './field';
import { JsonValues } from './json-values';
import { memberPath, ROOT } from './problems';
import { membersOf, type Member } from './schema';
import type { RunForm, Target } from './use-run-form';
import { differing, withValue } from './values';

type View = 'form' | 'json';

const SHOWN = 100;

export function ParameterForm({ form, target }: { form: RunForm; target: Target }) {
  const { schema, problems, setBroken } = form;
  const [view, setView] = useState<View>('form');
  const context = useMemo(() => ({ root: schema ?? {}, problems, setBroken }), [schema, problems, setBroken]);
  const members = schema ? membersOf(schema) : [];
  const isForm = schema !== null && view === 'form';
  return (
    <FormContext value={context}>
      <section aria-label="Parameters" className="grid gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="font-semibold">Parameters</h3>
          <LastValues form={form} target={target} />
          {schema && members.length > 0 && (
            <ToggleGroup
              label="How to give the parameters"
              className="ml-auto"
              value={view}
              onChange={setView}
              options={[
                { value: 'form', label: 'Form' },
                { value: 'json', label: 'JSON' },
              ]}
            />
          )}
        </div>
        {!form.base && <p className="text-xs text-soft">The deployment’s own values are not shown to you. What you leave empty keeps them.</p>}
        {schema && members.length === 0 && <p className="text-soft">This flow takes no parameters.</p>}
        {isForm && <Fields form={form} members={members} />}
        {!isForm && <JsonValues form={form} />}
      </section>
    </FormContext>
  );
}

function Fields({ form, members }: { form: RunForm; members: readonly Member[] }) {
  const [shown, setShown] = useState(SHOWN);
  return (
    <div data-fields className="grid gap-3">
      {members.slice(0, shown).map((member) => (
        <Parameter key={member.name} form={form} member={member} />
      ))}
      {members.length > shown && (
        <button type="button" className="link justify-self-start" onClick={() => setShown(shown + SHOWN)}>
          {members.length - shown} more parameters
        </button>
      )}
    </div>
  );
}

function Parameter({ form, member: { name, schema, isRequired } }: { form: RunForm; member: Member }) {
  const { given, setGiven, base } = form;
  const isGiven = name in given;
  const needed = isRequired && !(base && name in base) && base !== null;
  const reset = isGiven && (
    <button type="button" className="link text-2xs" onClick={() => setGiven(withValue(given, name, undefined))}>
      {base && name in base ? 'Back to the default' : 'Leave out'}
    </button>
  );
  return (
    <SchemaField
      label={name}
      path={memberPath(ROOT, name)}
      schema={schema}
      value={isGiven ? given[name] : base?.[name]}
      onChange={(value) => setGiven(differing(withValue(given, name, value), base))}
      isRequired={needed}
      isQuiet={!isGiven && !form.isStrict}
      aside={reset || undefined}
    />
  );
}

/** Those of the deployment's latest run. */
function LastValues({ form, target }: { form: RunForm; target: Target }) {
  const last = target.runs?.nodes[0];
  if (!last || !isRecord(last.parameters) || Object.keys(last.parameters).length === 0) return null;
  const values = last.parameters;
  return (
    <button type="button" className="link text-xs" title={last.slug} onClick={() => form.setGiven(differing(values, form.base))}>
      Use the values of the last run, <RelativeTime at={last.createdAt} />
    </button>
  );
}
