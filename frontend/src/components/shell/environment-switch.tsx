'use client';
import { ChevronDown, Layers } from 'lucide-react';
import { useEnvironment } from '@/lib/environment';
import { Button } from '../ui/button';
import { Menu, MenuChoice } from '../ui/dropdown-menu';
import { useEnvironments } from './environment-names';

const ALL = '';

export function EnvironmentSwitch() {
  const [chosen, choose] = useEnvironment();
  const places = useEnvironments();
  if (places.length === 0 && !chosen) return null;
  // A link may name one that is gone: it must be possible to leave it.
  const shown = chosen && !places.some(({ name }) => name === chosen) ? [...places, { name: chosen, isProtected: false }] : places;
  return (
    <Menu
      trigger={
        <Button variant="ghost" aria-label={`Environment: ${chosen ?? 'all'}`}>
          <Layers aria-hidden className="text-soft" />
          <span className="max-w-40 truncate">{chosen ?? 'All environments'}</span>
          <ChevronDown aria-hidden className="text-soft" />
        </Button>
      }
    >
      <MenuChoice
        label="Environment"
        value={chosen ?? ALL}
        onChange={(name) => choose(name || null)}
        options={[{ value: ALL, label: 'All environments' }, ...shown.map(({ name, isProtected }) => ({ value: name, label: isProtected ? `${name} (protected)` : name }))]}
      />
    </Menu>
  );
}
