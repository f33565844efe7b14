/** How a run was started, and by whom. Pure. */
import type { RunTrigger } from '@/gql/graphql';

const HOW: Record<RunTrigger, string> = {
  UI: 'From the web UI',
  CLI: 'From the CLI',
  API: 'Through the API',
  SCHEDULE: 'On schedule',
  SENSOR: 'By a sensor',
  RETRY: 'As a retry',
};

/** Runs of schedules and sensors have nobody behind them. */
const NOBODY: readonly string[] = ['schedule', 'sensor', 'system'];

export interface Creator {
  name: string;
  apiKey: string | null;
}

/** `ada@example.com, key laptop`. */
export const creatorName = ({ name, apiKey }: Creator): string => (apiKey === null ? name : `${name}, key ${apiKey}`);

/** `From the CLI by ada@example.com, key laptop`. The creator is missing where it may not be read. */
export function startedBy({ trigger, creator }: { trigger: RunTrigger; creator?: Creator | null }): string {
  const isSomebody = creator != null && !NOBODY.includes(creator.name.split(':', 1)[0]!);
  return isSomebody ? `${HOW[trigger]} by ${creatorName(creator)}` : HOW[trigger];
}
