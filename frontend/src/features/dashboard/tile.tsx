import { ArrowDown, ArrowUp, Equal } from 'lucide-react';
import type { ReactNode } from 'react';
import { AppLink } from '@/components/app-link';
import { cn } from '@/lib/cn';
import type { Delta } from './delta';

interface TileProps {
  name: string;
  /** Where its runs are listed. */
  href: string;
  value: ReactNode;
  /** A few words below. */
  note?: ReactNode;
  delta?: Delta | null;
  /** `the hour before`. */
  before?: string;
  /** Which way is better; without it neither. */
  better?: 'up' | 'down';
}

/** One number: a link to the runs it counts. */
export function Tile({ name, href, value, note, delta, before, better }: TileProps) {
  return (
    <li className="min-w-0">
      <AppLink
        href={href}
        className="flex h-full flex-col rounded-lg border border-line bg-surface px-4 py-3 transition-colors hover:border-line-strong hover:bg-hover/40"
      >
        <span className="text-xs text-soft">{name}</span>
        <span className="mt-0.5 text-[26px] leading-8 font-semibold tracking-tight">{value}</span>
        <span className="mt-1 flex min-h-4.5 items-center gap-x-2 text-xs text-soft">
          {delta && <DeltaMark delta={delta} before={before} better={better} />}
          {note && <span className="truncate">{note}</span>}
        </span>
      </AppLink>
    </li>
  );
}

function DeltaMark({ delta: { text, direction }, before, better }: { delta: Delta; before?: string; better?: 'up' | 'down' }) {
  if (direction === 'same') {
    return (
      <span className="inline-flex items-center gap-0.5" title={`The same as in ${before}`}>
        <Equal aria-hidden className="size-3" />
        <span className="sr-only">the same as in {before}</span>
      </span>
    );
  }
  const Icon = direction === 'up' ? ArrowUp : ArrowDown;
  const tone = better ? (direction === better ? 'text-good' : 'text-bad') : '';
  return (
    <span className={cn('inline-flex shrink-0 items-center gap-0.5 font-medium', tone)} title={`${text} ${direction === 'up' ? 'more' : 'less'} than in ${before}`}>
      <Icon aria-hidden className="size-3" />
      {text}
      <span className="sr-only">
        {direction === 'up' ? 'more' : 'less'} than in {before}
      </span>
    </span>
  );
}
