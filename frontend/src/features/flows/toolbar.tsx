'use client';
/** What of the catalog is shown, and how. */
import { LayoutGrid, Rows3 } from 'lucide-react';
import { useRef } from 'react';
import { Combobox } from '@/components/ui/combobox';
import { Input, Select } from '@/components/ui/input';
import { ToggleGroup } from '@/components/ui/toggle-group';
import { useShortcut } from '@/lib/shortcuts';
import { useNamespaces, type CatalogState, type useCatalogState } from './use-flows';

interface ToolbarProps {
  state: CatalogState;
  /** The view that is drawn. */
  shape: 'cards' | 'table';
  setState: ReturnType<typeof useCatalogState>[1];
}

export function Toolbar({ state, shape, setState }: ToolbarProps) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Filter flows', () => input.current?.focus());
  return (
    <div className="flex flex-wrap items-center gap-2" role="search" aria-label="Flows" data-no-print>
      <div className="w-full sm:w-64">
        <Input
          ref={input}
          type="search"
          aria-label="Filter flows by name"
          placeholder="Filter by name …"
          value={state.q}
          onChange={({ target }) => void setState({ q: target.value || null })}
          onKeyDown={({ key, currentTarget }) => key === 'Escape' && currentTarget.blur()}
        />
      </div>
      <Namespaces value={state.ns} onChange={(ns) => void setState({ ns })} />
      <ToggleGroup
        label="Status"
        value={state.status}
        onChange={(status) => void setState({ status })}
        options={[
          { value: 'active', label: 'Active' },
          { value: 'archived', label: 'Archived' },
          { value: 'all', label: 'All' },
        ]}
      />
      <div className="ml-auto flex items-center gap-2">
        <Select aria-label="Order" className="w-auto!" value={state.sort} onChange={({ target }) => void setState({ sort: target.value as CatalogState['sort'] })}>
          <option value="name">By name</option>
          <option value="newest">Newest first</option>
        </Select>
        <ToggleGroup
          label="View"
          value={shape}
          onChange={(view) => void setState({ view })}
          options={[
            { value: 'table', label: <Rows3 aria-hidden />, name: 'Table' },
            { value: 'cards', label: <LayoutGrid aria-hidden />, name: 'Cards' },
          ]}
        />
      </div>
    </div>
  );
}

/** Only where flows have namespaces at all. */
function Namespaces({ value, onChange }: { value: string | null; onChange: (name: string | null) => void }) {
  const names = useNamespaces();
  if (names.length === 0 && value === null) return null;
  const depth = (name: string) => name.split('/').length - 1;
  const options = names.map((name) => ({ value: name, label: `${'\u2003'.repeat(depth(name))}${name}` }));
  return <Combobox label="Namespace" text={value ? `Namespace: ${value}` : undefined} options={options} value={value ? [value] : []} onChange={([name]) => onChange(name ?? null)} />;
}
