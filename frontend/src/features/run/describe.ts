/** An event in words. Pure. */
import type { RunEventType } from '@/gql/graphql';
import { bytes, duration } from '@/lib/format';
import type { RunEvent } from './live/model';

interface Data {
  error?: { message?: string; type?: string };
  reason?: string | { message?: string };
  worker?: string;
  by?: string;
  count?: number;
  delayMs?: number;
  durationMs?: number;
  name?: string;
  sizeBytes?: number;
  crashRetriesLeft?: number;
}

export function describeEvent(event: RunEvent): string {
  const data = (event.data ?? {}) as Data;
  const attempt = event.attempt > 1 ? ` (attempt ${event.attempt})` : '';
  const why = reasonOf(data);
  const texts: Record<RunEventType, string> = {
    RUN_QUEUED: 'Queued',
    RUN_STARTED: `Picked up${data.worker ? ` by ${data.worker}` : ''}${attempt}`,
    RUN_ATTEMPT_CRASHED: `The process was lost${attempt}${why && `: ${why}`}`,
    RUN_REQUEUED: `Back in the queue${data.crashRetriesLeft === undefined ? '' : `; crashes it may still survive: ${data.crashRetriesLeft}`}`,
    RUN_CANCELLING: `Asked to stop${data.by ? ` by ${data.by}` : ''}`,
    RUN_FINISHED: `Ended${why && `: ${why}`}`,
    LATE_WRITE_REFUSED: 'A late write from a lost worker was rejected',
    TASK_STARTED: `Started${attempt}`,
    TASK_MAPPED: `Mapped over ${data.count ?? 0}`,
    TASK_SUCCEEDED: `Succeeded${data.durationMs ? ` in ${duration(data.durationMs)}` : ''}${attempt}`,
    TASK_CACHED: 'Taken from the cache',
    TASK_RETRYING: `Failed${attempt}${why && `: ${why}`}${data.delayMs === undefined ? '' : `; again in ${duration(data.delayMs)}`}`,
    TASK_FAILED: `Failed${attempt}${why && `: ${why}`}`,
    TASK_TIMED_OUT: `Took too long${attempt}${why && `: ${why}`}`,
    TASK_SKIPPED: `Skipped${why && `: ${why}`}`,
    TASK_CANCELLED: `Cancelled${why && `: ${why}`}`,
    ARTIFACT_SAVED: `Saved ${data.name ?? 'a file'}${data.sizeBytes === undefined ? '' : `, ${bytes(data.sizeBytes)}`}`,
  };
  return texts[event.type];
}

function reasonOf({ error, reason }: Data): string {
  if (error?.message) return error.type ? `${error.type}: ${error.message}` : error.message;
  if (typeof reason === 'string') return reason;
  return reason?.message ?? '';
}

/** +1.2 s after the run was created. */
export function sinceText(at: string, start: string): string {
  return `+${duration(Date.parse(at) - Date.parse(start))}`;
}
