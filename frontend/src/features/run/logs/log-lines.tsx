'use client';
/** The lines in sight, of any number. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { LogLevel } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { absolute } from '@/lib/format';
import { placeOf, type Shown } from './filter';
import { LogText } from './log-text';
import type { Line } from './log-store';

const ROW_PX = 20;
const AT_END_PX = 30;

interface Props {
  lines: readonly Line[];
  view: Shown;
  count: number;
  search: string;
  /** The row of the match one is at. */
  current: number | undefined;
  goal: { row: number } | null;
  /** The number of the line that the link names. */
  marked: number | null;
  onMark: (number: number) => void;
  wraps: boolean;
  showsTimes: boolean;
  showsTasks: boolean;
  isFollowed: boolean;
  onFollow: (isFollowed: boolean) => void;
}

export function LogLines(props: Props) {
  const { lines, view, count, goal, wraps, isFollowed, onFollow } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  // Measured rows are for wrapped lines alone.
  const rows = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
    getItemKey: (row) => placeOf(view, row),
  });
  const bring = useEffectEvent((row: number, align: 'center' | 'end') => rows.scrollToIndex(row, { align }));
  useEffect(() => {
    if (goal) bring(goal.row, 'center');
  }, [goal]);
  useEffect(() => {
    if (isFollowed && count > 0) bring(count - 1, 'end');
  }, [isFollowed, count, wraps]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    const isUp = scrollTop < top.current - 2;
    top.current = scrollTop;
    if (isFollowed && isUp && scrollHeight - scrollTop - clientHeight > AT_END_PX) onFollow(false);
  };
  return (
    <div
      ref={box}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label="Log"
      onScroll={onScroll}
      className="min-h-0 flex-1 overflow-auto overscroll-contain bg-page font-mono text-xs leading-5 -outline-offset-2"
    >
      <div style={{ height: rows.getTotalSize() }} className="relative">
        <div
          style={{ transform: `translateY(${rows.getVirtualItems()[0]?.start ?? 0}px)` }}
          className={cn('absolute top-0 left-0 min-w-full', wraps ? 'w-full' : 'w-max')}
        >
          {rows.getVirtualItems().map(({ index, key }) => (
            <Row key={key} {...props} row={index} line={lines[placeOf(view, index)]!} measure={wraps ? rows.measureElement : undefined} />
          ))}
        </div>
      </div>
    </div>
  );
}

const LEVEL_COLOURS: Record<LogLevel, string> = {
  DEBUG: 'text-soft',
  INFO: '',
  STDERR: 'text-soft',
  WARNING: 'text-warn',
  ERROR: 'text-failed',
  CRITICAL: 'text-failed font-semibold',
};

interface RowProps extends Props {
  row: number;
  line: Line;
  measure: ((element: HTMLElement | null) => void) | undefined;
}

function Row({ row, line, measure, search, current, marked, onMark, wraps, showsTimes, showsTasks }: RowProps) {
  const isLoud = line.level !== 'INFO' && line.level !== 'DEBUG' && line.level !== 'STDERR';
  return (
    <div
      ref={measure}
      data-index={row}
      className={cn(
        'flex min-h-5 pr-3',
        LEVEL_COLOURS[line.level],
        line.number === marked && 'bg-accent-soft',
        row === current && 'bg-warn-soft',
      )}
    >
      <button
        type="button"
        tabIndex={-1}
        title="Link to this line"
        aria-label={`Link to line ${line.number}`}
        onClick={() => onMark(line.number)}
        className="w-14 shrink-0 pr-3 text-right text-soft select-none hover:text-accent hover:underline"
      >
        {line.number}
      </button>
      {showsTimes && (
        <time dateTime={line.at} title={absolute(line.at)} className="mr-3 shrink-0 text-soft">
          {clock(line.at)}
        </time>
      )}
      {showsTasks && line.taskKey && <span className="mr-3 max-w-40 shrink-0 truncate text-soft" title={line.taskKey}>{line.taskKey}</span>}
      {isLoud && <span className="mr-2 shrink-0 font-semibold">{line.level}</span>}
      <span className={cn('min-w-0', wraps ? 'break-words whitespace-pre-wrap' : 'whitespace-pre')}>
        <LogText line={line} search={search} />
      </span>
    </div>
  );
}

/** 05:04:19.123, in the zone of the viewer. */
function clock(at: string): string {
  const when = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}.${String(when.getMilliseconds()).padStart(3, '0')}`;
}
