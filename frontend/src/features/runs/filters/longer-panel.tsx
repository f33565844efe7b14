'use client';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/input';
import { span } from '../span';

const PRESETS = ['1s', '10s', '1m', '10m', '1h', '6h'];

export default function LongerPanel({ value, onChange }: { value: string | null; onChange: (longer: string | null) => void }) {
  const [text, setText] = useState('');
  const ms = value ? span(value) : null;
  return (
    <div className="grid gap-3">
      <div className="grid grid-cols-3 gap-1">
        {PRESETS.map((each) => (
          <Button key={each} size="sm" variant={span(each) === ms ? 'primary' : 'secondary'} aria-pressed={span(each) === ms} onClick={() => onChange(each)}>
            {each}
          </Button>
        ))}
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (span(text) !== null) onChange(text.trim());
        }}
      >
        <Field
          label="Custom duration"
          hint="Such as 90s, 5m, 1.5h"
          error={text !== '' && span(text) === null ? 'Use a number and ms, s, m, h or d.' : undefined}
        >
          {(field) => <Input {...field} value={text} onChange={({ target }) => setText(target.value)} />}
        </Field>
      </form>
      {value && (
        <Button size="sm" variant="ghost" onClick={() => onChange(null)}>
          Any length
        </Button>
      )}
    </div>
  );
}
