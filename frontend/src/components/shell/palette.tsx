'use client';
/** ⌘K: pages, actions of this page, flows and runs, by a few letters. */
import { Command } from 'cmdk';
import { Keyboard, SunMoon, Workflow, Zap } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { useActions } from '@/lib/actions';
import { useEnvironment, withEnvironment } from '@/lib/environment';
import { setTheme, useResolvedTheme } from '@/lib/theme';
import { flowPath, runPath } from '../app-link';
import { StateGlyph } from '../state';
import { useFound } from './palette-search';
import { useSitePages } from './pages';

interface PaletteProps {
  onOpenChange: (open: boolean) => void;
  onShortcuts: () => void;
}

export default function Palette({ onOpenChange, onShortcuts }: PaletteProps) {
  const [text, setText] = useState('');
  const { flows, runs } = useFound(text);
  const pages = useSitePages();
  const actions = useActions();
  const theme = useResolvedTheme();
  const router = useRouter();
  const [environment] = useEnvironment();
  const close = (then: () => void) => () => {
    onOpenChange(false);
    then();
  };
  const go = (path: string) => close(() => router.push(withEnvironment(path, environment)));
  return (
    <Command.Dialog
      open
      onOpenChange={onOpenChange}
      label="Search runs, flows and actions"
      overlayClassName="fixed inset-0 z-50 bg-black/40"
      contentClassName="fixed top-[12vh] left-1/2 z-50 w-[min(600px,calc(100vw-24px))] -translate-x-1/2 animate-pop overflow-hidden rounded-xl border border-line bg-raised shadow-pop"
    >
      <Command.Input
        value={text}
        onValueChange={setText}
        placeholder="Search runs, flows and actions …"
        className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <Command.List className="max-h-[min(420px,60vh)] overflow-y-auto p-2">
        <Command.Empty className="px-2 py-6 text-center text-soft">Nothing by that name.</Command.Empty>
        <Group heading="This page">
          {actions.map(({ label, run, keywords }) => (
            <Item key={label} value={`${label} ${keywords ?? ''}`} icon={<Zap />} onSelect={close(run)}>
              {label}
            </Item>
          ))}
        </Group>
        <Group heading="Go to">
          {pages.map(({ path, name, icon: Icon }) => (
            <Item key={path} value={`go to ${name}`} icon={<Icon />} onSelect={go(path)}>
              {name}
            </Item>
          ))}
        </Group>
        <Group heading="Flows">
          {flows.map(({ id, name, description }) => (
            <Item key={id} value={`flow ${name}`} icon={<Workflow />} onSelect={go(flowPath(name))} hint={description}>
              {name}
            </Item>
          ))}
        </Group>
        <Group heading="Runs">
          {runs.map(({ id, slug, state, flowName }) => (
            <Item key={id} value={`run ${slug} ${flowName}`} icon={<StateGlyph state={state} />} onSelect={go(runPath(slug))} hint={flowName}>
              {slug}
            </Item>
          ))}
        </Group>
        <Group heading="Dagy">
          <Item value="theme light dark" icon={<SunMoon />} onSelect={close(() => setTheme(theme === 'dark' ? 'light' : 'dark'))}>
            {theme === 'dark' ? 'Light theme' : 'Dark theme'}
          </Item>
          <Item value="keyboard shortcuts" icon={<Keyboard />} onSelect={onShortcuts}>
            Keyboard shortcuts
          </Item>
        </Group>
      </Command.List>
    </Command.Dialog>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft"
    >
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  value: string;
  icon: ReactNode;
  onSelect: () => void;
  hint?: string;
  children: ReactNode;
}

function Item({ value, icon, onSelect, hint, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-soft"
    >
      {icon}
      <span className="truncate">{children}</span>
      {hint && <span className="ml-auto max-w-1/2 truncate pl-3 text-xs text-soft">{hint}</span>}
    </Command.Item>
  );
}
