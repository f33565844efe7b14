'use client';
/** One stack of bars per bucket. Arrow keys go along them, Enter opens their runs, a click on a
 *  segment those of its state. */
import { scaleLinear } from '@visx/scale';
import { useState, type FocusEvent, type KeyboardEvent, type MouseEvent } from 'react';
import { compact } from '@/lib/format';
import { useNavigation } from '@/lib/navigation';
import { useSize } from '@/lib/use-size';
import { highest } from './bars';
import { BarColumn } from './bar-column';
import { BarTip } from './bar-tip';
import { RANGE_WORDS, type Range } from './range';
import { ticks } from './ticks';
import type { Dashboard } from './use-dashboard';

const LEFT = 32;
const BOTTOM = 20;
const TOP = 6;
const LABEL_PX = 64;
const ROW_PX = 48;

export default function BarChart({ dashboard, range }: { dashboard: Dashboard; range: Range }) {
  const { buckets, bucketSeconds } = dashboard;
  const [frame, { width, height }] = useSize<HTMLDivElement>();
  const [pointed, setPointed] = useState<number | null>(null);
  const follow = useFollow();
  const inner = { width: Math.max(0, width - LEFT), height: Math.max(0, height - BOTTOM - TOP) };
  const most = highest(buckets);
  const scale = scaleLinear<number>({ domain: [0, Math.max(4, most)], range: [0, inner.height], nice: 4 });
  const step = inner.width / buckets.length;
  const current = pointed === null ? undefined : buckets[pointed];
  return (
    <div ref={frame} className="relative size-full" onPointerLeave={() => setPointed(null)} onBlur={() => setPointed(null)}>
      {width > 0 && (
        <svg
          role="group"
          aria-label="Runs over time by state; arrow keys move from bar to bar"
          width={width}
          height={height}
          className="block overflow-visible"
          onClick={follow}
          onKeyDown={moveAlong}
          onFocus={({ target }: FocusEvent<SVGElement>) => setPointed(indexOf(target))}
          onPointerOver={({ target }) => setPointed(indexOf(target as Element))}
        >
          <g transform={`translate(${LEFT},${TOP})`}>
            {scale.ticks(Math.max(2, Math.floor(inner.height / ROW_PX))).filter(Number.isInteger).map((value) => (
              <g key={value} transform={`translate(0,${inner.height - scale(value)})`} aria-hidden>
                <line x2={inner.width} stroke="var(--line)" shapeRendering="crispEdges" />
                <text x={-8} dy="0.32em" textAnchor="end" className="fill-soft text-2xs">
                  {compact(value)}
                </text>
              </g>
            ))}
            {buckets.map((bucket, index) => (
              <BarColumn
                key={bucket.start}
                index={index}
                bucket={bucket}
                bucketSeconds={bucketSeconds}
                x={index * step}
                width={step}
                height={inner.height}
                scale={scale}
                isPointed={index === pointed}
                isEntrance={index === buckets.length - 1}
              />
            ))}
            {ticks(buckets.map(({ start }) => start), bucketSeconds, Math.ceil(LABEL_PX / Math.max(1, step))).map(({ index, label }) => (
              <text key={index} x={index * step} y={inner.height + 15} aria-hidden className="fill-soft text-2xs" textAnchor={index === 0 ? 'start' : 'middle'}>
                {label}
              </text>
            ))}
          </g>
        </svg>
      )}
      {most === 0 && <p className="absolute inset-0 grid place-items-center pb-5 pl-8 text-soft">No runs in {RANGE_WORDS[range].last}.</p>}
      {current && pointed !== null && (
        <BarTip bucket={current} bucketSeconds={bucketSeconds} x={LEFT + (pointed + 0.5) * step} frameWidth={width} />
      )}
    </div>
  );
}

function indexOf(target: Element): number | null {
  const index = target.closest('[data-index]')?.getAttribute('data-index');
  return index == null ? null : Number(index);
}

/** A plain click stays in the site; with a modifier it is the browser's, for a new tab. */
function useFollow() {
  const { navigate } = useNavigation();
  return (event: MouseEvent<SVGElement>) => {
    const path = (event.target as Element).closest('a')?.getAttribute('href');
    if (!path || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(path);
  };
}

function moveAlong(event: KeyboardEvent<SVGElement>): void {
  const columns = [...event.currentTarget.querySelectorAll<SVGAElement>('a[data-column]')];
  const at = columns.indexOf(document.activeElement as unknown as SVGAElement);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: columns.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  columns[to]?.focus();
}

