import { compact, count, duration, percent, plural } from '@/lib/format';
import { RUN_STATES, stateLook } from '@/lib/states';
import { runsPath } from '@/lib/runs-path';
import { countDelta, rateDelta, ratioDelta } from './delta';
import { RANGE_WORDS, type Range } from './range';
import { Tile } from './tile';
import type { Dashboard } from './use-dashboard';

const FAILING = RUN_STATES.filter((state) => stateLook(state).isBad);
const NOTHING = <span className="text-soft">–</span>;

export function Tiles({ dashboard, range }: { dashboard: Dashboard; range: Range }) {
  const { running, queued, current, previous, from } = dashboard;
  const { before } = RANGE_WORDS[range];
  const ended = current.succeeded + current.failed;
  const hasSla = current.slaTotal + previous.slaTotal > 0;
  const p95 = current.p95DurationMs;
  const wait = current.p95QueueMs;
  // What there was not before can be no comparison.
  const hasBefore = previous.runs > 0;
  return (
    <ul aria-label="In numbers" className="grid grid-cols-2 gap-3 sm:grid-cols-3 xl:auto-cols-fr xl:grid-flow-col xl:grid-cols-none">
      <Tile name="Running now" value={count(running)} href={runsPath({ state: ['RUNNING', 'CANCELLING'] })} note={`${plural(current.runs, 'run')} in ${range}`} />
      <Tile
        name="Queued now"
        value={count(queued)}
        href={runsPath({ state: ['QUEUED'] })}
        note={wait !== null && wait !== undefined ? `p95 queue time ${duration(wait)}` : undefined}
      />
      <Tile
        name="Succeeded"
        value={percent(current.succeeded, ended) ?? NOTHING}
        href={runsPath({ state: ['SUCCEEDED'], from })}
        delta={rateDelta(current.successRate, previous.successRate)}
        before={before}
        better="up"
        note={ended > 0 ? `${compact(current.succeeded)} of ${compact(ended)}` : 'No finished runs'}
      />
      <Tile
        name="Failed"
        value={count(current.failed)}
        href={runsPath({ state: FAILING, from })}
        delta={hasBefore ? countDelta(current.failed, previous.failed) : null}
        before={before}
        better="down"
        note={ended > 0 ? `of ${compact(ended)}` : 'No finished runs'}
      />
      {hasSla && (
        <Tile
          name="Within SLA"
          value={percent(current.slaMet, current.slaTotal) ?? NOTHING}
          href={runsPath({ from })}
          delta={rateDelta(shareOf(current), shareOf(previous))}
          before={before}
          better="up"
          note={current.slaTotal > 0 ? `${compact(current.slaMet)} of ${compact(current.slaTotal)}` : 'No finished runs'}
        />
      )}
      <Tile
        name="Duration, p95"
        value={p95 == null ? NOTHING : duration(p95)}
        href={runsPath({ state: ['SUCCEEDED'], from, longerThanMs: p95 ?? undefined })}
        delta={ratioDelta(p95, previous.p95DurationMs)}
        before={before}
        better="down"
        note={p95 == null ? 'No successful runs' : 'of successful runs'}
      />
    </ul>
  );
}

function shareOf({ slaMet, slaTotal }: Dashboard['current']): number | null {
  return slaTotal > 0 ? slaMet / slaTotal : null;
}
