'use client';
import { keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import { Combobox } from '@/components/ui/combobox';
import { FlowChoicesDocument } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { useGql } from '@/lib/use-gql';
import { useSettled } from '@/lib/use-settled';
import { activeStyle } from './chip';

const SHOWN = 50;
const REST_MS = 150;

export function FlowFilter({ value, onChange }: { value: readonly string[]; onChange: (flows: string[]) => void }) {
  const [isWanted, setWanted] = useState(false);
  const [text, setText] = useState('');
  const search = useSettled(text, REST_MS).trim() || null;
  const { data } = useGql(
    FlowChoicesDocument,
    { search, first: SHOWN },
    { enabled: isWanted, placeholderData: keepPreviousData, staleTime: 60_000 },
  );
  const found = data?.flows.nodes.map(({ name }) => name) ?? [];
  const kept = search ? [] : value.filter((name) => !found.includes(name));
  return (
    <Combobox
      multiple
      label="Flow"
      options={[...kept, ...found].map((name) => ({ value: name, label: name }))}
      value={value}
      onChange={onChange}
      onSearch={setText}
      onOpenChange={(open) => {
        setWanted((was) => was || open);
        setText('');
      }}
      className={cn('h-7! max-w-64 px-2.5! text-xs!', value.length > 0 && activeStyle)}
    />
  );
}
