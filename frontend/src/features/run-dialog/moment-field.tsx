'use client';
/** Dates and times: what is sent stands below the field, with its offset. */
import { useState } from 'react';
import { Input } from '@/components/ui/input';
import { Labelled, useProblem, type DrawnProps } from './field';
import { fromField, isNaive, localZone, movedTo, toField, type MomentFormat } from './moments';

const INPUTS = { date: 'date', 'date-time': 'datetime-local', time: 'time' } as const;

export function MomentField({ format, ...props }: DrawnProps & { format: MomentFormat }) {
  const { value, onChange, shape, schema } = props;
  const isMoment = format === 'date-time';
  const [keepsNaive] = useState(() => isNaive(value) || isNaive(schema.default));
  const [skipped, setSkipped] = useState<string | null>(null);
  const text = typeof value === 'string' ? value : '';
  const change = (next: string) => {
    setSkipped(isMoment && !keepsNaive && movedTo(next) ? next.slice(11, 16) : null);
    onChange(next === '' ? (shape.isNullable ? null : undefined) : isMoment ? fromField(next, keepsNaive) : next);
  };
  return (
    <Labelled
      {...props}
      problem={useProblem(props)}
      hint={
        <>
          {shape.description && `${shape.description} `}
          {isMoment && <Zone text={text} keepsNaive={keepsNaive} />}
          {skipped && text && (
            <span role="status" className="block text-warn">
              {skipped} is skipped in {localZone()} on that day: moved to {toField(text).slice(11, 16)}.
            </span>
          )}
        </>
      }
    >
      {(field) => (
        <Input
          {...field}
          type={INPUTS[format]}
          step={format === 'date' ? undefined : 1}
          value={isMoment && text ? toField(text) : text}
          onChange={({ target }) => change(target.value)}
          className="max-w-64"
        />
      )}
    </Labelled>
  );
}

function Zone({ text, keepsNaive }: { text: string; keepsNaive: boolean }) {
  if (keepsNaive) return <span>Without a time zone.</span>;
  return (
    <span>
      In {localZone()}
      {text && (
        <>
          , sent as <code className="font-mono break-all">{text}</code>
        </>
      )}
    </span>
  );
}
