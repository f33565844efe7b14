'use client';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import { span, spanInWords } from '../span';
import { atLocal, inWords, ofLocal, type Times } from './times';

const PRESETS = ['15m', '1h', '6h', '24h', '7d', '30d'];

export default function TimePanel({ value, onChange }: { value: Times; onChange: (times: Times) => void }) {
  return (
    <div className="grid gap-3">
      <div className="grid grid-cols-3 gap-1">
        {PRESETS.map((last) => (
          <Button
            key={last}
            size="sm"
            variant={value.last === last ? 'primary' : 'secondary'}
            aria-pressed={value.last === last}
            onClick={() => onChange({ last, from: null, to: null })}
          >
            Last {last}
          </Button>
        ))}
      </div>
      <Span value={value.last} onApply={(last) => onChange({ last, from: null, to: null })} />
      <Between value={value} onApply={onChange} />
      {inWords(value) && (
        <Button size="sm" variant="ghost" onClick={() => onChange({ last: null, from: null, to: null })}>
          Any time
        </Button>
      )}
    </div>
  );
}

function Span({ value, onApply }: { value: string | null; onApply: (last: string) => void }) {
  const [text, setText] = useState(value ?? '');
  const isWrong = text !== '' && span(text) === null;
  return (
    <form
      className="border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (span(text) !== null) onApply(text.trim());
      }}
    >
      <Field label="Custom range" hint={span(text) ? `The last ${spanInWords(text)}` : 'Such as 90m, 3d, 2w'} error={isWrong ? 'Use a number and s, m, h, d or w.' : undefined}>
        {(field) => <Input {...field} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
    </form>
  );
}

function Between({ value, onApply }: { value: Times; onApply: (times: Times) => void }) {
  const [from, setFrom] = useState(atLocal(value.from));
  const [to, setTo] = useState(atLocal(value.to));
  const isTurned = from !== '' && to !== '' && from >= to;
  return (
    <form
      className="grid gap-2 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isTurned) onApply({ last: null, from: ofLocal(from), to: ofLocal(to) });
      }}
    >
      <Field label="From">
        {(field) => <Input {...field} type="datetime-local" step={1} value={from} onChange={({ target }) => setFrom(target.value)} />}
      </Field>
      <Field label="To" error={isTurned ? 'The end is before the start.' : undefined}>
        {(field) => <Input {...field} type="datetime-local" step={1} value={to} onChange={({ target }) => setTo(target.value)} />}
      </Field>
      <Button type="submit" size="sm" disabled={isTurned || (from === '' && to === '')}>
        Apply
      </Button>
    </form>
  );
}
