'use client';
/** ⌘K: where one has been, what this page can do, pages, flows, runs and the site's own commands. */
import { Command } from 'cmdk';
import { Search, Workflow } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import { useState } from 'react';
import { flowPath, runPath } from '../app-link';
import { StateGlyph } from '../state';
import { Spinner } from '../ui/spinner';
import { useGo, usePageActions, usePageCommands, useRecentCommands, useSiteCommands, type PaletteCommand } from './palette-commands';
import { Group, Item } from './palette-item';
import { foundBy, matching, withoutTwins } from './palette-match';
import { useFound } from './palette-search';
import type { Overlay } from './shell';

interface PaletteProps {
  /** Null closes it. */
  onOpen: (overlay: Overlay) => void;
}

export default function Palette({ onOpen }: PaletteProps) {
  const close = () => onOpen(null);
  return (
    <Primitive.Root open onOpenChange={close}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-50 bg-black/40" />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 animate-pop overflow-hidden rounded-xl border border-line bg-raised shadow-pop outline-none"
        >
          <Primitive.Title className="sr-only">Search runs, flows and actions</Primitive.Title>
          <Commands onOpen={onOpen} />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

function Commands({ onOpen }: PaletteProps) {
  const [text, setText] = useState('');
  const { flows, runs, isWaiting } = useFound(text);
  const go = useGo();
  const actions = usePageActions();
  const groups: [heading: string, commands: PaletteCommand[]][] = [
    ['Recent', useRecentCommands()],
    ['This page', actions],
    ['Go to', usePageCommands()],
    ['Dagy', withoutTwins(useSiteCommands(onOpen), actions)],
  ];
  /** Closed first: what is chosen may open something in its place. */
  const choose = (run: () => void) => () => {
    onOpen(null);
    run();
  };
  const drawn = groups.map(([heading, commands]) => (
    <Group key={heading} heading={heading}>
      {matching(commands, text).map(({ id, label, hint, icon, run }) => (
        <Item key={id} id={id} icon={icon} hint={hint} onSelect={choose(run)}>
          {label}
        </Item>
      ))}
    </Group>
  ));
  return (
    <Command shouldFilter={false} loop label="Search runs, flows and actions">
      <div className="flex items-center border-b border-line pr-4">
        <Command.Input
          autoFocus
          value={text}
          onValueChange={setText}
          placeholder="Search runs, flows and actions …"
          className="h-12 w-full min-w-0 bg-transparent px-4 text-base outline-none"
        />
        {isWaiting && <Spinner className="text-soft" />}
      </div>
      <Command.List className="h-[min(420px,60vh)] overflow-y-auto p-2" aria-busy={isWaiting}>
        {!isWaiting && <Command.Empty className="px-2 py-6 text-center text-soft">No matches.</Command.Empty>}
        {drawn.slice(0, -1)}
        <Group heading="Flows">
          {flows.map(({ id, name, description }) => (
            <Item key={id} id={`flow ${name}`} icon={<Workflow />} hint={description} onSelect={choose(() => go(flowPath(name)))}>
              {name}
            </Item>
          ))}
        </Group>
        <Group heading="Runs">
          {runs.map(({ id, slug, state, flow, error }) => (
            <Item key={id} id={`run ${slug}`} icon={<StateGlyph state={state} />} hint={foundBy(text, flow?.name, error?.message)} onSelect={choose(() => go(runPath(slug)))}>
              {slug}
            </Item>
          ))}
          {runs.length > 0 && (
            <Item id="all runs" icon={<Search />} onSelect={choose(() => go(`/runs?q=${encodeURIComponent(text.trim())}`))}>
              All runs matching “{text.trim()}”
            </Item>
          )}
        </Group>
        {drawn.slice(-1)}
      </Command.List>
    </Command>
  );
}
