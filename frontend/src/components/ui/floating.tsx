'use client';
/** A panel beside its trigger, in the browser's top layer: nothing clips it and it needs no portal,
 *  so a dialog's focus trap holds it too. Radix's popper would be 30 KB of every page. */
import {
  cloneElement,
  useEffect,
  useEffectEvent,
  useId,
  useLayoutEffect,
  useRef,
  type HTMLAttributes,
  type KeyboardEventHandler,
  type ReactElement,
  type ReactNode,
} from 'react';
import { cn } from '@/lib/cn';

const GAP_PX = 4;
const EDGE_PX = 8;
const FIRST = 'input:enabled, select:enabled, textarea:enabled, button:enabled, a[href]';

export type Align = 'start' | 'end';

interface FloatingProps {
  trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  role: 'menu' | 'dialog';
  label?: string;
  align?: Align;
  className?: string;
  onKeyDown?: KeyboardEventHandler;
  children: ReactNode;
}

export function Floating({ trigger, open, onOpenChange, align = 'start', ...panel }: FloatingProps) {
  const root = useRef<HTMLSpanElement>(null);
  const id = useId();
  const close = () => {
    onOpenChange(false);
    root.current?.querySelector('button')?.focus();
  };
  useDismissed(root, open, onOpenChange, close);
  return (
    <span ref={root} className="contents">
      {cloneElement(trigger, {
        onClick: () => onOpenChange(!open),
        'aria-haspopup': panel.role,
        'aria-expanded': open,
        'aria-controls': open ? id : undefined,
      })}
      {open && <Panel id={id} align={align} {...panel} />}
    </span>
  );
}

function useDismissed(
  root: { current: HTMLElement | null },
  open: boolean,
  onOpenChange: (open: boolean) => void,
  onEscape: () => void,
): void {
  const outside = useEffectEvent(() => onOpenChange(false));
  const escape = useEffectEvent(onEscape);
  useEffect(() => {
    if (!open) return;
    const leave = ({ target }: Event) => {
      if (target instanceof Node && !root.current?.contains(target)) outside();
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      escape();
    };
    document.addEventListener('pointerdown', leave, true);
    document.addEventListener('focusin', leave);
    // Before a dialog around it hears the key and closes as a whole.
    window.addEventListener('keydown', key, true);
    return () => {
      document.removeEventListener('pointerdown', leave, true);
      document.removeEventListener('focusin', leave);
      window.removeEventListener('keydown', key, true);
    };
  }, [open, root]);
}

type PanelProps = Omit<FloatingProps, 'trigger' | 'open' | 'onOpenChange' | 'align'> & { id: string; align: Align };

function Panel({ id, align, role, label, className, onKeyDown, children }: PanelProps) {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = panel.current;
    const anchor = element?.parentElement?.querySelector('button');
    if (!element || !anchor) return;
    element.showPopover();
    const settle = () => place(element, anchor, align);
    settle();
    // React's autoFocus came before the panel was shown, when nothing in it could take the focus.
    if (role === 'dialog') (element.querySelector<HTMLElement>(FIRST) ?? element).focus({ preventScroll: true });
    const resized = new ResizeObserver(settle);
    resized.observe(element);
    window.addEventListener('scroll', settle, true);
    window.addEventListener('resize', settle);
    return () => {
      resized.disconnect();
      window.removeEventListener('scroll', settle, true);
      window.removeEventListener('resize', settle);
    };
  }, [align, role]);
  return (
    <div
      ref={panel}
      id={id}
      popover="manual"
      role={role}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      className={cn(
        'fixed inset-auto m-0 animate-pop overflow-y-auto rounded-lg border border-line bg-raised text-text shadow-pop outline-none',
        className,
      )}
    >
      {children}
    </div>
  );
}

/** Below the anchor, or above where there is more room; never past an edge of the window. */
function place(element: HTMLElement, anchor: Element, align: Align): void {
  const box = anchor.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - GAP_PX - EDGE_PX;
  const above = box.top - GAP_PX - EDGE_PX;
  const isAbove = element.scrollHeight > below && above > below;
  element.style.maxHeight = `${isAbove ? above : below}px`;
  const { offsetWidth: width, offsetHeight: height } = element;
  const wanted = align === 'end' ? box.right - width : box.left;
  const left = Math.max(EDGE_PX, Math.min(wanted, window.innerWidth - width - EDGE_PX));
  element.style.left = `${left}px`;
  element.style.top = `${isAbove ? box.top - GAP_PX - height : box.bottom + GAP_PX}px`;
}
