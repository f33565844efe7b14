'use client';
/** "Copy as": what the page shows, to take to a terminal or into GraphiQL. */
import { Copy } from 'lucide-react';
import { asCurl, asGraphQL, graphiqlPath, type Operation } from '@/lib/copy-as';
import { toast } from '@/lib/toast';
import { useUiConfig } from '@/lib/ui-config';
import { Button } from './ui/button';
import { copyText } from './ui/copy-button';
import { Menu, MenuItem, MenuSeparator } from './ui/dropdown-menu';

interface CopyMenuProps {
  operation: Operation;
  /** The `dagy` command that says the same, if there is one. */
  cli?: string;
}

export function CopyMenu({ operation, cli }: CopyMenuProps) {
  const { graphiql } = useUiConfig();
  const copy = async (text: string, what: string) => {
    if (await copyText(text)) toast.success(`Copied as ${what}.`);
  };
  return (
    <Menu
      align="end"
      trigger={
        <Button>
          <Copy aria-hidden /> Copy as
        </Button>
      }
    >
      <MenuItem onSelect={() => void copy(asGraphQL(operation), 'GraphQL')}>GraphQL</MenuItem>
      {cli && <MenuItem onSelect={() => void copy(cli, 'a command')}>Command line</MenuItem>}
      <MenuItem onSelect={() => void copy(asCurl(operation, window.location.origin), 'curl')}>curl</MenuItem>
      {graphiql && (
        <>
          <MenuSeparator />
          <MenuItem onSelect={() => window.location.assign(graphiqlPath(operation))}>Open in GraphiQL</MenuItem>
        </>
      )}
    </Menu>
  );
}
