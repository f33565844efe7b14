'use client';
/** Text, numbers, yes or no, one of several. */
import { useState } from 'react';
import { Switch } from '@/components/ui/checkbox';
import { Input, Select, Textarea } from '@/components/ui/input';
import { same } from '@/lib/json';
import { Labelled, useProblem, type DrawnProps } from './field';
import { MomentField } from './moment-field';
import { isShowable, type MomentFormat } from './moments';
import { numberFrom, shown } from './scalars';

export function ScalarField(props: DrawnProps) {
  switch (props.shape.kind) {
    case 'number':
      return <NumberField {...props} />;
    case 'boolean':
      return props.isRequired || props.shape.isNullable ? <ChoiceField {...props} values={[true, false]} /> : <YesField {...props} />;
    case 'choice':
      return <ChoiceField {...props} values={props.shape.values} />;
    case 'moment':
      return isOther(props.value, props.shape.format) ? <TextField {...props} /> : <MomentField {...props} format={props.shape.format} />;
    default:
      return <TextField {...props} />;
  }
}

/** What no field for moments can show: it would stand there empty. */
const isOther = (value: unknown, format: MomentFormat): boolean => value != null && value !== '' && !(typeof value === 'string' && isShowable(format, value));

/** What an emptied field says: none where that is a value, else nothing at all. */
const emptied = ({ shape }: DrawnProps): null | undefined => (shape.isNullable ? null : undefined);

function TextField(props: DrawnProps) {
  const { value, onChange, isRequired, shape } = props;
  const problem = useProblem(props);
  const text = shown(value);
  const change = (next: string) => onChange(next === '' && (isRequired || shape.isNullable) ? emptied(props) : next);
  const hint = shape.kind === 'text' && shape.format === 'duration' ? (shape.description ?? 'ISO 8601: PT15M is a quarter of an hour, P1D a day.') : undefined;
  return (
    <Labelled {...props} problem={problem} hint={hint ?? shape.description}>
      {(field) =>
        text.includes('\n') || text.length > 120 ? (
          <Textarea {...field} value={text} onChange={({ target }) => change(target.value)} />
        ) : (
          <Input {...field} value={text} placeholder={value === null ? 'none' : undefined} autoComplete="off" spellCheck={false} onChange={({ target }) => change(target.value)} />
        )
      }
    </Labelled>
  );
}

function NumberField(props: DrawnProps) {
  const { value, onChange, schema, shape } = props;
  const [text, setText] = useState(shown(value));
  const read = (next: string) => numberFrom(next) ?? emptied(props);
  const problem = useProblem(props);
  const bounds = [schema.minimum !== undefined && `at least ${String(schema.minimum)}`, schema.maximum !== undefined && `at most ${String(schema.maximum)}`];
  const hint = [shape.description, ...bounds].filter(Boolean).join(', ');
  return (
    <Labelled {...props} problem={problem} hint={hint || undefined}>
      {(field) => (
        <Input
          {...field}
          inputMode={shape.kind === 'number' && shape.isInteger ? 'numeric' : 'decimal'}
          autoComplete="off"
          placeholder={value === null ? 'none' : undefined}
          // While it says the same, what was typed stays as it is: 1. on the way to 1.5.
          value={Object.is(read(text), value) ? text : shown(value)}
          onChange={({ target }) => {
            setText(target.value);
            onChange(read(target.value));
          }}
        />
      )}
    </Labelled>
  );
}

function YesField(props: DrawnProps) {
  return (
    <Labelled {...props} problem={useProblem(props)}>
      {({ required: _, ...field }) => <Switch {...field} checked={props.value === true} onChange={({ target }) => props.onChange(target.checked)} />}
    </Labelled>
  );
}

function ChoiceField({ values, ...props }: DrawnProps & { values: readonly unknown[] }) {
  const { value, onChange, shape } = props;
  const options = shape.isNullable && !values.includes(null) ? [null, ...values] : values;
  const at = options.findIndex((one) => same(one, value));
  return (
    <Labelled {...props} problem={useProblem(props)}>
      {(field) => (
        <Select {...field} value={at} onChange={({ target }) => onChange(options[Number(target.value)])}>
          {at < 0 && <option value={-1}>{value === undefined ? 'Choose …' : shown(value)}</option>}
          {options.map((one, index) => (
            <option key={index} value={index}>
              {optionText(one)}
            </option>
          ))}
        </Select>
      )}
    </Labelled>
  );
}

function optionText(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return shown(value);
}
