/** The view as a command of `dagy`, as far as its options go. Pure. */
import { quoted } from '@/lib/copy-as';
import { atLocal } from './filters/times';
import { span } from './span';
import type { RunView } from './run-view';

/** Null where the command could not say the same: one that shows other runs would mislead. */
export function asCommand(view: RunView, environment: string | null, now: number): string | null {
  const { q, state, flow, deployment, trigger, executor, tag, last, from, to, longer, mine, sort } = view;
  if (q || flow.length > 1 || trigger || executor.length > 0 || tag.length > 0 || to || longer || mine || sort === 'asc') return null;
  const length = last ? span(last) : null;
  const since = length === null ? from : new Date(now - length);
  const options = [
    ...state.map((one) => `--state ${one}`),
    ...flow.map((one) => `--flow ${word(one)}`),
    deployment && `--deployment ${word(deployment)}`,
    environment && `--environment ${word(environment)}`,
    since && `--since ${atLocal(since)}`,
  ];
  return ['dagy runs list', ...options.filter(Boolean)].join(' ');
}

const word = (text: string): string => (/^[\w.:/-]+$/.test(text) ? text : quoted(text));
