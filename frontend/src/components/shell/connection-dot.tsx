'use client';
import { cn } from '@/lib/cn';
import { useConnection, type Connection } from '@/lib/connection';
import { Tooltip } from '../ui/tooltip';

const LOOK: Record<Connection, { text: string; colour: string }> = {
  connecting: { text: 'Connecting …', colour: 'bg-queued' },
  live: { text: 'Live: changes appear as they happen', colour: 'bg-succeeded' },
  reconnecting: { text: 'Reconnecting …', colour: 'bg-timed-out animate-pulse' },
  unreachable: { text: 'Server not reachable', colour: 'bg-failed animate-pulse' },
  offline: { text: 'Offline', colour: 'bg-failed' },
};

export function ConnectionDot() {
  const { text, colour } = LOOK[useConnection()];
  return (
    <Tooltip text={text}>
      <span role="status" aria-label={text} tabIndex={0} className="grid size-8 shrink-0 place-items-center rounded-md">
        <span className={cn('size-2 rounded-full', colour)} />
      </span>
    </Tooltip>
  );
}
