import { StateGlyph } from '@/components/state';
import { count, plural } from '@/lib/format';
import { stateLook } from '@/lib/states';
import { STACK, totalOf, type Bucket } from './bars';
import { spanLabel } from './ticks';

const WIDTH_PX = 184;

interface BarTipProps {
  bucket: Bucket;
  bucketSeconds: number;
  x: number;
  frameWidth: number;
}

/** What the bar under the pointer says; screen readers have it as the bar's own name. */
export function BarTip({ bucket, bucketSeconds, x, frameWidth }: BarTipProps) {
  const left = Math.max(0, Math.min(x - WIDTH_PX / 2, frameWidth - WIDTH_PX));
  const rows = STACK.flatMap((state) => bucket.counts.filter((one) => one.state === state)).reverse();
  return (
    <div
      aria-hidden
      style={{ left, width: WIDTH_PX }}
      className="pointer-events-none absolute bottom-full z-10 mb-1 rounded-md border border-line bg-raised px-3 py-2 text-xs shadow-pop"
    >
      <div className="flex justify-between gap-2 font-medium">
        <span>{spanLabel(bucket.start, bucketSeconds)}</span>
      </div>
      <div className="text-soft">{plural(totalOf(bucket), 'run')}</div>
      {rows.map(({ state, count: runs }) => (
        <div key={state} className="mt-1 flex items-center gap-1.5">
          <StateGlyph state={state} className="animate-none!" />
          {stateLook(state).label}
          <span className="ml-auto font-medium">{count(runs)}</span>
        </div>
      ))}
    </div>
  );
}
