import { StateGlyph } from '@/components/state';
import { absolute, duration } from '@/lib/format';
import { stateLook } from '@/lib/states';
import type { Mark } from './scale';

const WIDE_PX = 260;

export function MarkHint({ mark: { run, x, y, ms }, width }: { mark: Mark; width: number }) {
  const left = Math.max(4, Math.min(x + 10, width - WIDE_PX));
  return (
    <div
      aria-hidden
      style={{ left, top: Math.max(2, y - 44), maxWidth: WIDE_PX }}
      className="pointer-events-none absolute z-10 rounded-md border border-line bg-raised px-2 py-1 text-xs shadow-pop"
    >
      <p className="flex items-center gap-1.5 truncate font-medium">
        <StateGlyph state={run.state} /> {run.slug}
      </p>
      <p className="truncate text-soft">{[run.flow?.name, ms === null ? stateLook(run.state).label : duration(ms)].filter(Boolean).join(' · ')}</p>
      <p className="truncate text-soft">{absolute(run.createdAt)}</p>
    </div>
  );
}
