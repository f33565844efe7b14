'use client';
/** Two panes and the line between them, which the pointer or the arrow keys move. */
import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { useKept } from '@/lib/kept';

interface SplitProps {
  /** How the panes stand: side by side, or one above the other. */
  direction: 'row' | 'column';
  /** What this browser remembers the size by. */
  name: string;
  label: string;
  /** Of the first pane, in percent. */
  share: number;
  first: ReactNode;
  second: ReactNode;
}

const LEAST = 15;
const STEP = 2;

export function Split({ direction, name, label, share, first, second }: SplitProps) {
  const [size, setSize] = useKept(`split-${name}`, share);
  const box = useRef<HTMLDivElement>(null);
  const isRow = direction === 'row';
  const move = (to: number) => setSize(Math.min(100 - LEAST, Math.max(LEAST, Math.round(to * 10) / 10)));
  const onPointerMove = (event: PointerEvent) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return;
    const frame = box.current.getBoundingClientRect();
    move(isRow ? ((event.clientX - frame.left) / frame.width) * 100 : ((event.clientY - frame.top) / frame.height) * 100);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    move(size + by);
  };
  return (
    <div ref={box} className={cn('flex min-h-0 min-w-0 flex-1', isRow ? 'flex-row' : 'flex-col')}>
      <div style={{ flexBasis: `${size}%` }} className="flex min-h-0 min-w-0 shrink grow-0">
        {first}
      </div>
      <div
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation={isRow ? 'vertical' : 'horizontal'}
        aria-valuenow={Math.round(size)}
        aria-valuemin={LEAST}
        aria-valuemax={100 - LEAST}
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
        onDoubleClick={() => move(share)}
        className={cn(
          'group flex shrink-0 touch-none items-center justify-center rounded',
          isRow ? 'w-3 cursor-col-resize' : 'h-3 cursor-row-resize',
        )}
      >
        <span className={cn('rounded-full bg-line-strong group-hover:bg-accent', isRow ? 'h-8 w-0.75' : 'h-0.75 w-8')} />
      </div>
      <div className="flex min-h-0 min-w-0 flex-1">{second}</div>
    </div>
  );
}
