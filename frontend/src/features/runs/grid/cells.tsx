'use client';
/** What stands in the cells of a run. */
import { AppLink, flowPath, runPath } from '@/components/app-link';
import { StateBadge } from '@/components/state';
import { Duration, RelativeTime } from '@/components/time';
import { sentence } from '@/lib/format';
import { creatorName } from '@/lib/started-by';
import type { RunRow } from '../live-rows';
import { DurationCell } from './duration-cell';
import { TasksCell } from './tasks-cell';

export interface CellProps {
  run: RunRow;
  onTag: (tag: string) => void;
}

export const why = ({ error, stateReason }: RunRow): string | undefined => error?.message ?? stateReason?.message;

export const State = ({ run }: CellProps) => (
  <span title={why(run)}>
    <StateBadge state={run.state} />
  </span>
);

export const Slug = ({ run }: CellProps) => (
  <AppLink href={runPath(run.slug)} className="link truncate font-medium" title={run.slug}>
    {run.slug}
  </AppLink>
);

/** A version that nobody named is a digest, of which the start tells enough. */
const shortVersion = (version: string): string => (/^[0-9a-f]{10,}$/.test(version) ? version.slice(0, 7) : version);

export const Flow = ({ run: { flow } }: CellProps) =>
  flow && (
    <span className="flex min-w-0 items-baseline gap-1.5" title={`${flow.name}, version ${flow.version}`}>
      <AppLink href={flowPath(flow.name)} tabIndex={-1} className="shrink truncate hover:underline">
        {flow.name}
      </AppLink>
      <span className="max-w-16 min-w-0 shrink-[8] truncate text-xs text-soft">{shortVersion(flow.version)}</span>
    </span>
  );

const Soft = ({ children }: { children?: string | number | null }) => (
  <span className="truncate text-soft" title={children ? String(children) : undefined}>
    {children ?? '–'}
  </span>
);

export const Deployment = ({ run }: CellProps) => <Soft>{run.deployment?.name}</Soft>;
export const Environment = ({ run }: CellProps) => <Soft>{run.environment?.name}</Soft>;
export const Trigger = ({ run }: CellProps) => <Soft>{sentence(run.trigger)}</Soft>;
export const Engine = ({ run }: CellProps) => <Soft>{sentence(run.executor)}</Soft>;
export const Attempt = ({ run }: CellProps) => <Soft>{run.attempt}</Soft>;
export const Creator = ({ run }: CellProps) => <Soft>{run.creator && creatorName(run.creator)}</Soft>;
export const Tasks = ({ run }: CellProps) => run.taskCounts && <TasksCell counts={run.taskCounts} />;
export const Why = ({ run }: CellProps) => <Soft>{why(run)}</Soft>;

export const Created = ({ run }: CellProps) => <RelativeTime at={run.createdAt} className="text-soft" />;

export const Started = ({ run: { startedAt } }: CellProps) =>
  startedAt ? <RelativeTime at={startedAt} className="text-soft" /> : <Soft />;

/** While it waits the clock goes on. */
export const Waited = ({ run }: CellProps) => (
  <Duration ms={run.queueMs} start={run.state === 'QUEUED' ? run.createdAt : null} className="text-soft" />
);

export const Length = ({ run }: CellProps) => <DurationCell run={run} />;

export const tagsOf = ({ tags }: RunRow): string[] =>
  Object.entries((tags ?? {}) as Record<string, string>).map(([name, value]) => `${name}=${value}`);

const SHOWN_TAGS = 1;

export function Tags({ run, onTag }: CellProps) {
  const tags = tagsOf(run);
  const rest = tags.slice(SHOWN_TAGS);
  return (
    <span className="flex min-w-0 gap-1">
      {tags.slice(0, SHOWN_TAGS).map((tag) => (
        <button
          key={tag}
          type="button"
          tabIndex={-1}
          title={`Only runs with ${tag}`}
          onClick={() => onTag(tag)}
          className="h-5 min-w-0 truncate rounded bg-hover px-1.5 text-xs text-soft hover:text-text"
        >
          {tag}
        </button>
      ))}
      {rest.length > 0 && (
        <span className="text-xs text-soft" title={rest.join('\n')}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}
