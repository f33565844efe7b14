/** What each state of runs and tasks is called, its colour and icon. */
import type { RunState, TaskState } from '@/gql/graphql';

export type State = RunState | TaskState;

export type Tone =
  | 'queued'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'crashed'
  | 'timed-out'
  | 'retrying'
  | 'cached'
  | 'skipped';

export type StateIcon = 'clock' | 'spinner' | 'check' | 'cross' | 'stop' | 'bolt' | 'hourglass' | 'again' | 'skip';

export interface StateLook {
  label: string;
  tone: Tone;
  /** A CSS colour, for charts and graphs: `var(--state-failed)`. */
  colour: string;
  icon: StateIcon;
  isTerminal: boolean;
  /** It ended otherwise than it should have. */
  isBad: boolean;
}

function look(label: string, tone: Tone, icon: StateIcon, kind: 'active' | 'good' | 'bad' | 'ended'): StateLook {
  const colour = `var(--state-${tone})`;
  return { label, tone, colour, icon, isTerminal: kind !== 'active', isBad: kind === 'bad' };
}

const LOOKS: Record<State, StateLook> = {
  QUEUED: look('Queued', 'queued', 'clock', 'active'),
  PENDING: look('Pending', 'queued', 'clock', 'active'),
  RUNNING: look('Running', 'running', 'spinner', 'active'),
  RETRYING: look('Retrying', 'retrying', 'again', 'active'),
  CANCELLING: look('Cancelling', 'cancelled', 'spinner', 'active'),
  SUCCEEDED: look('Succeeded', 'succeeded', 'check', 'good'),
  CACHED: look('Cached', 'cached', 'check', 'good'),
  FAILED: look('Failed', 'failed', 'cross', 'bad'),
  CRASHED: look('Crashed', 'crashed', 'bolt', 'bad'),
  TIMED_OUT: look('Timed out', 'timed-out', 'hourglass', 'bad'),
  CANCELLED: look('Cancelled', 'cancelled', 'stop', 'ended'),
  SKIPPED: look('Skipped', 'skipped', 'skip', 'ended'),
};

export const RUN_STATES: readonly RunState[] = [
  'QUEUED',
  'RUNNING',
  'CANCELLING',
  'SUCCEEDED',
  'FAILED',
  'CRASHED',
  'TIMED_OUT',
  'CANCELLED',
];

export const stateLook = (state: State): StateLook => LOOKS[state];

export const isTerminal = (state: State): boolean => LOOKS[state].isTerminal;
