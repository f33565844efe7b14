'use client';
/** Which columns there are and how close the rows stand. */
import { Columns3 } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Menu, MenuCheck, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/dropdown-menu';
import { ALWAYS, type Column, type ColumnId } from './grid/columns';
import { DEFAULT_LOOK, type Look } from './use-look';

interface LookMenuProps {
  columns: readonly Column[];
  look: Look;
  onChange: (to: Partial<Look>) => void;
}

export function LookMenu({ columns, look, onChange }: LookMenuProps) {
  const toggle = (id: ColumnId, isOn: boolean) =>
    onChange({ columns: isOn ? [...look.columns, id] : look.columns.filter((one) => one !== id) });
  return (
    <Menu
      align="end"
      trigger={
        <Button size="sm" aria-label="Columns and rows" className="max-sm:hidden!">
          <Columns3 aria-hidden className="size-3.5!" />
          <span className="hidden xl:inline">Columns</span>
        </Button>
      }
    >
      <MenuLabel>Columns</MenuLabel>
      {columns
        .filter(({ id }) => !ALWAYS.includes(id))
        .map(({ id, label }) => (
          <MenuCheck key={id} checked={look.columns.includes(id)} onChange={(isOn) => toggle(id, isOn)}>
            {label}
          </MenuCheck>
        ))}
      <MenuSeparator />
      <MenuLabel>Rows</MenuLabel>
      <MenuChoice
        label="Rows"
        value={look.density}
        onChange={(density) => onChange({ density })}
        options={[
          { value: 'compact', label: 'Compact' },
          { value: 'roomy', label: 'Roomy' },
        ]}
      />
      <MenuSeparator />
      <MenuCheck checked={look.strip} onChange={(strip) => onChange({ strip })}>
        Timeline
      </MenuCheck>
      <MenuItem onSelect={() => onChange(DEFAULT_LOOK)}>Reset to defaults</MenuItem>
    </Menu>
  );
}
