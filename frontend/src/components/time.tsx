'use client';
/** Times that go on by themselves; the exact moment is in the title. */
import { absolute, duration, elapsedMs, relative } from '@/lib/format';
import { useNow } from '@/lib/now';

export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={absolute(at)} className={className}>
      {relative(at, now)}
    </time>
  );
}

interface DurationProps {
  /** Known once it has ended. */
  ms?: number | null;
  start?: string | null;
  end?: string | null;
  className?: string;
}

/** Ticks from `start` while there is neither `ms` nor `end`. */
export function Duration({ ms, start, end, className }: DurationProps) {
  const isTicking = ms == null && start != null && end == null;
  const now = useNow(isTicking);
  const length = ms ?? (start ? elapsedMs(start, end, now) : null);
  if (length === null) return <span className="text-soft">–</span>;
  return <span className={className}>{duration(length)}</span>;
}
