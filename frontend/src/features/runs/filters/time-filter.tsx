'use client';
/** When runs were created: a span back from now, or between two moments. */
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { span, spanInWords } from '../span';
import { Chip } from './chip';
import { atLocal, inWords, ofLocal, type Times } from './times';

const PRESETS = ['15m', '1h', '6h', '24h', '7d', '30d'];

export function TimeFilter({ value, onChange }: { value: Times; onChange: (times: Times) => void }) {
  const [open, setOpen] = useState(false);
  const apply = (times: Times) => {
    setOpen(false);
    onChange(times);
  };
  return (
    <Popover
      label="When the runs were created"
      open={open}
      onOpenChange={setOpen}
      className="w-72 p-3"
      trigger={<Chip name="Created" value={inWords(value)} />}
    >
      <div className="grid gap-3">
        <div className="grid grid-cols-3 gap-1">
          {PRESETS.map((last) => (
            <Button
              key={last}
              size="sm"
              variant={value.last === last ? 'primary' : 'secondary'}
              aria-pressed={value.last === last}
              onClick={() => apply({ last, from: null, to: null })}
            >
              Last {last}
            </Button>
          ))}
        </div>
        <Span value={value.last} onApply={(last) => apply({ last, from: null, to: null })} />
        <Between value={value} onApply={apply} />
        {inWords(value) && (
          <Button size="sm" variant="ghost" onClick={() => apply({ last: null, from: null, to: null })}>
            Any time
          </Button>
        )}
      </div>
    </Popover>
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
      <Field label="Another span, then Enter" hint={span(text) ? `The last ${spanInWords(text)}` : 'Such as 90m, 3d, 2w'} error={isWrong ? 'A number and s, m, h, d or w.' : undefined}>
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
      <Field label="To" error={isTurned ? 'It ends before it begins.' : undefined}>
        {(field) => <Input {...field} type="datetime-local" step={1} value={to} onChange={({ target }) => setTo(target.value)} />}
      </Field>
      <Button type="submit" size="sm" disabled={isTurned || (from === '' && to === '')}>
        Show these
      </Button>
    </form>
  );
}
