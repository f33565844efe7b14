'use client';
/** "Copy as": what the page shows, to take to a terminal or into GraphiQL. */
import { Copy } from 'lucide-react';
import { useAction } from '@/lib/actions';
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
  const copyGraphQL = () => void copy(asGraphQL(operation), 'GraphQL');
  const copyCommand = () => void copy(cli ?? '', 'a command');
  const copyCurl = () => void copy(asCurl(operation, window.location.origin), 'curl');
  const openGraphiql = () => window.location.assign(graphiqlPath(operation));
  useAction('Copy as GraphQL', copyGraphQL);
  useAction('Copy as a command line', copyCommand, { enabled: cli !== undefined, keywords: 'cli dagy' });
  useAction('Copy as curl', copyCurl);
  useAction('Open in GraphiQL', openGraphiql, { enabled: graphiql });
  return (
    <Menu
      align="end"
      trigger={
        <Button>
          <Copy aria-hidden /> Copy as
        </Button>
      }
    >
      <MenuItem onSelect={copyGraphQL}>GraphQL</MenuItem>
      {cli && <MenuItem onSelect={copyCommand}>Command line</MenuItem>}
      <MenuItem onSelect={copyCurl}>curl</MenuItem>
      {graphiql && (
        <>
          <MenuSeparator />
          <MenuItem onSelect={openGraphiql}>Open in GraphiQL</MenuItem>
        </>
      )}
    </Menu>
  );
}
