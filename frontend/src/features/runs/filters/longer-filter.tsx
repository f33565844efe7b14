'use client';
/** Ended runs that took at least so long. */
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/popover';
import { duration } from '@/lib/format';
import { span } from '../span';
import { Chip } from './chip';

const PRESETS = ['1s', '10s', '1m', '10m', '1h', '6h'];

export function LongerFilter({ value, onChange }: { value: string | null; onChange: (longer: string | null) => void }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const ms = value ? span(value) : null;
  const apply = (longer: string | null) => {
    setOpen(false);
    setText('');
    onChange(longer);
  };
  return (
    <Popover
      label="How long the runs took"
      open={open}
      onOpenChange={setOpen}
      className="w-60 p-3"
      trigger={<Chip name="Longer than" value={ms === null ? null : duration(ms)} />}
    >
      <div className="grid gap-3">
        <div className="grid grid-cols-3 gap-1">
          {PRESETS.map((each) => (
            <Button key={each} size="sm" variant={span(each) === ms ? 'primary' : 'secondary'} aria-pressed={span(each) === ms} onClick={() => apply(each)}>
              {each}
            </Button>
          ))}
        </div>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (span(text) !== null) apply(text.trim());
          }}
        >
          <Field
            label="Another length, then Enter"
            hint="Such as 90s, 5m, 1.5h"
            error={text !== '' && span(text) === null ? 'A number and ms, s, m, h or d.' : undefined}
          >
            {(field) => <Input {...field} value={text} onChange={({ target }) => setText(target.value)} />}
          </Field>
        </form>
        {value && (
          <Button size="sm" variant="ghost" onClick={() => apply(null)}>
            Any length
          </Button>
        )}
      </div>
    </Popover>
  );
}
