import { memo } from 'react';
import { runsPath } from '@/lib/runs-path';
import { stateLook } from '@/lib/states';
import { endOf, inWords, stacked, type Bucket } from './bars';
import { spanLabel } from './ticks';

const GAP_SHARE = 0.22;
const WIDEST_PX = 26;

interface BarColumnProps {
  index: number;
  bucket: Bucket;
  bucketSeconds: number;
  x: number;
  width: number;
  height: number;
  scale: (count: number) => number;
  isPointed: boolean;
  /** Where the Tab key comes in. */
  isEntrance: boolean;
}

export const BarColumn = memo(function BarColumn(props: BarColumnProps) {
  const { index, bucket, bucketSeconds, x, width, height, scale, isPointed, isEntrance } = props;
  const to = endOf(bucket, bucketSeconds);
  const span = { from: bucket.start, to };
  const bar = Math.min(WIDEST_PX, width * (1 - GAP_SHARE));
  const left = (width - bar) / 2;
  return (
    <g transform={`translate(${x},0)`} data-index={index}>
      <a
        href={runsPath(span)}
        data-column
        tabIndex={isEntrance ? 0 : -1}
        aria-label={`${spanLabel(bucket.start, bucketSeconds)}: ${inWords(bucket)}`}
      >
        <rect width={width} height={height} rx={3} className={isPointed ? 'fill-hover' : 'fill-transparent'} />
      </a>
      {stacked(bucket, scale, height).map(({ state, y, height: tall }) => (
        <a key={state} href={runsPath({ ...span, state: [state] })} tabIndex={-1} aria-hidden="true">
          <rect x={left} width={bar} y={y + 0.5} height={Math.max(1, tall - 1)} rx={1.5} fill={stateLook(state).colour} className="hover:brightness-125" />
        </a>
      ))}
    </g>
  );
});
