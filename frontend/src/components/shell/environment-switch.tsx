'use client';
import { ChevronDown, Layers } from 'lucide-react';
import { EnvironmentNamesDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { useGql } from '@/lib/use-gql';
import { Button } from '../ui/button';
import { Menu, MenuChoice } from '../ui/dropdown-menu';

const ALL = '';
const KEPT_MS = 60_000;

export function EnvironmentSwitch() {
  const can = useCan();
  const [chosen, choose] = useEnvironment();
  const { data } = useGql(EnvironmentNamesDocument, {}, { enabled: can('ENVIRONMENTS_READ'), staleTime: KEPT_MS });
  const names = data?.environments.nodes.map(({ name }) => name) ?? [];
  if (names.length === 0 && !chosen) return null;
  // A link may name one that is gone: it must be possible to leave it.
  const shown = chosen && !names.includes(chosen) ? [...names, chosen] : names;
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
        options={[{ value: ALL, label: 'All environments' }, ...shown.map((name) => ({ value: name, label: name }))]}
      />
    </Menu>
  );
}
