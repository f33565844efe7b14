'use client';
/** Pieces of a flow that its card and its row share. */
import { Archive, ArchiveRestore, Copy, Ellipsis, Play } from 'lucide-react';
import { useSetFlowStatus } from '@/components/use-flow-status';
import { ScheduleText } from '@/components/schedule-text';
import { Button } from '@/components/ui/button';
import { copyText } from '@/components/ui/copy-button';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/dropdown-menu';
import { Badge } from '@/components/ui/surfaces';
import { useCan } from '@/lib/can';
import { tagsOf } from '@/lib/tags';
import { toast } from '@/lib/toast';
import type { Flow } from './live';

export interface RowActions {
  onRun: (name: string) => void;
  onArchive: (name: string) => void;
}

export function Schedules({ flow }: { flow: Flow }) {
  const enabled = flow.schedules?.nodes.filter((one) => one.enabled) ?? [];
  const [first] = enabled;
  if (!first) return null;
  const more = enabled.length - 1 + Math.max(0, (flow.schedules?.totalCount ?? 0) - (flow.schedules?.nodes.length ?? 0));
  return (
    <span>
      <ScheduleText schedule={first} />
      {more > 0 && <span className="text-soft"> and {more} more</span>}
    </span>
  );
}

export function Tags({ tags, most = 3 }: { tags: unknown; most?: number }) {
  const all = tagsOf(tags);
  return (
    <>
      {all.slice(0, most).map(([name, value]) => (
        <Badge key={name}>
          <span className="truncate">
            {name}={value}
          </span>
        </Badge>
      ))}
      {all.length > most && <Badge title={all.slice(most).map((one) => one.join('=')).join(', ')}>+{all.length - most}</Badge>}
    </>
  );
}

/** Of the latest version: `3`, `20+`; null where they may not be read. */
export function deploymentCount({ deployments }: Flow): string | null {
  if (!deployments) return null;
  return `${deployments.nodes.length}${deployments.pageInfo.hasNextPage ? '+' : ''}`;
}

/** 0.985 as 98.5 %. */
export function share(rate: number | null | undefined): string {
  return rate == null ? '–' : `${Math.round(rate * 1000) / 10} %`;
}

export function RowButtons({ flow, actions }: { flow: Flow; actions: RowActions }) {
  const can = useCan();
  const { set } = useSetFlowStatus();
  const isActive = flow.status === 'ACTIVE';
  const copy = async (command: string) => {
    if (await copyText(command)) toast.success('Command copied.');
  };
  return (
    <span className="inline-flex items-center gap-1">
      {isActive && can('RUNS_TRIGGER') && can('DEPLOYMENTS_READ') && (
        <Button size="sm" onClick={() => actions.onRun(flow.name)} aria-label={`Run ${flow.name}`}>
          <Play aria-hidden /> Run
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <Button variant="ghost" size="sm" aria-label={`More for ${flow.name}`} className="w-7 px-0!">
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => void copy(`dagy flows show ${flow.name}`)}>
          <Copy aria-hidden /> Copy as a command
        </MenuItem>
        {can('FLOWS_WRITE') && <MenuSeparator />}
        {can('FLOWS_WRITE') &&
          (isActive ? (
            <MenuItem onSelect={() => actions.onArchive(flow.name)}>
              <Archive aria-hidden /> Archive …
            </MenuItem>
          ) : (
            <MenuItem onSelect={() => set(flow.name, 'ACTIVE')}>
              <ArchiveRestore aria-hidden /> Restore
            </MenuItem>
          ))}
      </Menu>
    </span>
  );
}
