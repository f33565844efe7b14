'use client';
import { Download } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/dropdown-menu';
import type { RunFilter } from '@/gql/graphql';

/** The whole filter as a file, however many runs that is: the server streams it. */
export function ExportMenu({ filter }: { filter: RunFilter | null }) {
  return (
    <Menu
      align="end"
      trigger={
        <Button>
          <Download aria-hidden /> Export
        </Button>
      }
    >
      <MenuItem onSelect={() => download('csv', filter)}>CSV</MenuItem>
      <MenuItem onSelect={() => download('jsonl', filter)}>JSON lines</MenuItem>
    </Menu>
  );
}

function download(format: 'csv' | 'jsonl', filter: RunFilter | null): void {
  const query = new URLSearchParams({ format });
  if (filter) query.set('filter', JSON.stringify(filter));
  const link = document.createElement('a');
  link.href = `/export/runs?${query.toString()}`;
  link.download = '';
  link.click();
}
