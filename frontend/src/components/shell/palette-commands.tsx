'use client';
/** Everything that the palette can do without asking the server, in groups. */
import { BookOpen, Building2, Clock3, Keyboard, Layers, LogOut, Play, SunMoon, Workflow, Zap } from 'lucide-react';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useActions } from '@/lib/actions';
import { useCan } from '@/lib/can';
import { useEnvironment } from '@/lib/environment';
import { useNavigation } from '@/lib/navigation';
import { recentVisits, visitOf } from '@/lib/recent';
import { setTheme, THEMES, THEME_NAMES } from '@/lib/theme';
import { useViewer, viewerKey } from '@/lib/viewer';
import { flowPath, runPath } from '../app-link';
import { useEnvironmentNames } from './environment-names';
import type { Command } from './palette-match';
import { isCurrent, openDocs, useSitePages } from './pages';
import type { Overlay } from './shell';
import { useSignOut, useSwitchOrganization } from './session';

export interface PaletteCommand extends Command {
  icon: ReactNode;
  run: () => void;
}

const RECENT = 5;

export function useGo(): (path: string) => void {
  const { navigate } = useNavigation();
  return (path) => navigate(path);
}

export function useRecentCommands(): PaletteCommand[] {
  const go = useGo();
  const here = visitOf(usePathname());
  const visits = recentVisits(viewerKey(useViewer())).filter(({ kind, name }) => kind !== here?.kind || name !== here.name);
  return visits.slice(0, RECENT).map(({ kind, name }) => ({
    id: `recent ${kind} ${name}`,
    label: name,
    hint: kind === 'run' ? 'Run' : 'Flow',
    icon: kind === 'run' ? <Clock3 /> : <Workflow />,
    run: () => go(kind === 'run' ? runPath(name) : flowPath(name)),
  }));
}

export function usePageActions(): PaletteCommand[] {
  return useActions().map(({ label, keywords, run }) => ({ id: `action ${label}`, label, keywords, run, icon: <Zap /> }));
}

export function usePageCommands(): PaletteCommand[] {
  const go = useGo();
  const pathname = usePathname();
  return useSitePages().map(({ path, name, key, icon: Icon }) => ({
    id: `page ${path}`,
    label: name,
    hint: isCurrent(path, pathname) ? 'You are here' : `g ${key}`,
    keywords: 'go to open page',
    icon: <Icon />,
    run: () => go(path),
  }));
}

export function useSiteCommands(open: (overlay: Overlay) => void): PaletteCommand[] {
  const can = useCan();
  const signOut = useSignOut();
  const runAFlow: PaletteCommand = { id: 'run', label: 'Run a flow …', keywords: 'start trigger', icon: <Play />, run: () => open('run') };
  return [
    ...(can('RUNS_TRIGGER') ? [runAFlow] : []),
    ...useEnvironmentCommands(),
    ...useOrganizationCommands(),
    ...THEMES.map((theme) => ({
      id: `theme ${theme}`,
      label: `Theme: ${THEME_NAMES[theme].toLowerCase()}`,
      keywords: 'switch colours appearance',
      icon: <SunMoon />,
      run: () => setTheme(theme),
    })),
    { id: 'keys', label: 'Keyboard shortcuts', hint: '?', keywords: 'help keys', icon: <Keyboard />, run: () => open('shortcuts') },
    { id: 'docs', label: 'Documentation', keywords: 'docs manual reference', icon: <BookOpen />, run: openDocs },
    { id: 'sign out', label: 'Sign out', keywords: 'log out leave', icon: <LogOut />, run: () => signOut.mutate({}) },
  ];
}

function useEnvironmentCommands(): PaletteCommand[] {
  const [current, choose] = useEnvironment();
  const names = useEnvironmentNames();
  const all = [null, ...names].filter((name) => name !== current);
  return (names.length > 0 ? all : []).map((name) => ({
    id: `environment ${name ?? ''}`,
    label: name === null ? 'All environments' : `Environment: ${name}`,
    keywords: 'switch environment',
    icon: <Layers />,
    run: () => choose(name),
  }));
}

function useOrganizationCommands(): PaletteCommand[] {
  const { organization, organizations } = useViewer();
  const change = useSwitchOrganization();
  return organizations
    .filter(({ id }) => id !== organization.id)
    .map(({ id, name }) => ({
      id: `organization ${id}`,
      label: `Organization: ${name}`,
      keywords: 'switch organization',
      icon: <Building2 />,
      run: () => change.mutate({ input: { id } }),
    }));
}
