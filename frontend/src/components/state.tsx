/** A state, as a dot or with its name. The icon says it too: never by colour alone. */
import { Ban, Check, CircleDashed, Clock, Hourglass, Loader, RotateCw, SkipForward, X, Zap, type LucideIcon } from 'lucide-react';
import type { CSSProperties } from 'react';
import { cn } from '@/lib/cn';
import { stateLook, type State, type StateIcon } from '@/lib/states';

const ICONS: Record<StateIcon, LucideIcon> = {
  clock: Clock,
  spinner: Loader,
  check: Check,
  cross: X,
  stop: Ban,
  bolt: Zap,
  hourglass: Hourglass,
  again: RotateCw,
  skip: SkipForward,
};

export function StateGlyph({ state, className }: { state: State; className?: string }) {
  const { icon, colour } = stateLook(state);
  const Icon = ICONS[icon] ?? CircleDashed;
  return (
    <Icon
      aria-hidden
      strokeWidth={2.5}
      style={{ color: colour }}
      className={cn('size-3.5 shrink-0', icon === 'spinner' && 'animate-[spin_2s_linear_infinite]', className)}
    />
  );
}

export function StateBadge({ state, className }: { state: State; className?: string }) {
  const { label, colour } = stateLook(state);
  return (
    <span
      data-state={state}
      style={{ '--tone': colour } as CSSProperties}
      className={cn(
        'inline-flex h-5.5 items-center gap-1 rounded-full bg-[color-mix(in_srgb,var(--tone)_11%,transparent)] pr-2 pl-1.5 text-xs font-medium whitespace-nowrap text-(--tone)',
        className,
      )}
    >
      <StateGlyph state={state} />
      {label}
    </span>
  );
}

export function StateDot({ state, className }: { state: State; className?: string }) {
  const { label, colour } = stateLook(state);
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      style={{ background: colour }}
      className={cn('inline-block size-2 shrink-0 rounded-full', className)}
    />
  );
}
