'use client';
/** A menu of a button: arrows, Home, End and first letters move; Enter chooses; Escape goes back. */
import { Check } from 'lucide-react';
import {
  createContext,
  use,
  useEffect,
  useRef,
  useState,
  type ComponentProps,
  type HTMLAttributes,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react';
import { cn } from '@/lib/cn';
import { Floating, type Align } from './floating';

const itemStyle =
  'flex min-h-7 w-full items-center gap-2 rounded-md px-2 py-1 text-left outline-none disabled:opacity-55 enabled:hover:bg-hover focus-visible:bg-hover [&_svg]:size-4 [&_svg]:shrink-0';

const CloseContext = createContext<() => void>(() => undefined);

interface MenuProps {
  /** A Button. */
  trigger: ReactElement<HTMLAttributes<HTMLElement>>;
  children: ReactNode;
  align?: Align;
  className?: string;
}

export function Menu({ trigger, children, align, className }: MenuProps) {
  const [open, setOpen] = useState(false);
  return (
    <Floating
      role="menu"
      trigger={trigger}
      open={open}
      onOpenChange={setOpen}
      align={align}
      className={cn('min-w-44 p-1', className)}
      onKeyDown={moveFocus}
    >
      <CloseContext value={() => setOpen(false)}>
        <FocusFirst>{children}</FocusFirst>
      </CloseContext>
    </Floating>
  );
}

/** After the panel around it is shown: a hidden item takes no focus. */
function FocusFirst({ children }: { children: ReactNode }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const items = list.current ? itemsIn(list.current) : [];
    (items.find((one) => one.getAttribute('aria-checked') === 'true') ?? items[0])?.focus();
  }, []);
  return <div ref={list}>{children}</div>;
}

function itemsIn(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')];
}

function moveFocus(event: KeyboardEvent): void {
  const items = itemsIn(event.currentTarget as HTMLElement);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to = target(event.key, items, at);
  if (!to) return;
  event.preventDefault();
  event.stopPropagation();
  to.focus();
}

function target(key: string, items: HTMLElement[], at: number): HTMLElement | undefined {
  if (key === 'ArrowDown') return items[(at + 1) % items.length];
  if (key === 'ArrowUp') return items.at(at <= 0 ? -1 : at - 1);
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return rest.find((one) => one.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
}

interface MenuItemProps extends Omit<ComponentProps<'button'>, 'onSelect' | 'onClick'> {
  onSelect: () => void;
  danger?: boolean;
}

export function MenuItem({ className, danger = false, onSelect, ...props }: MenuItemProps) {
  const close = use(CloseContext);
  return (
    <button
      {...props}
      type="button"
      role="menuitem"
      tabIndex={-1}
      onClick={() => {
        close();
        onSelect();
      }}
      className={cn(itemStyle, danger && 'text-bad', className)}
    />
  );
}

export function MenuLabel({ className, ...props }: ComponentProps<'div'>) {
  return <div {...props} className={cn('px-2 pt-1.5 pb-1 text-xs text-soft', className)} />;
}

export function MenuSeparator() {
  return <div role="separator" className="mx-1 my-1 h-px bg-line" />;
}

interface MenuChoiceProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
}

/** One of several, with a tick. */
export function MenuChoice<Value extends string>({ label, value, onChange, options }: MenuChoiceProps<Value>) {
  const close = use(CloseContext);
  return (
    <div role="group" aria-label={label}>
      {options.map((option) => (
        <Ticked
          key={option.value}
          role="menuitemradio"
          checked={option.value === value}
          onClick={() => {
            close();
            onChange(option.value);
          }}
        >
          {option.label}
        </Ticked>
      ))}
    </div>
  );
}

interface MenuCheckProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
}

/** On or off; the menu stays open for the next. */
export function MenuCheck({ checked, onChange, children }: MenuCheckProps) {
  return (
    <Ticked role="menuitemcheckbox" checked={checked} onClick={() => onChange(!checked)}>
      {children}
    </Ticked>
  );
}

interface TickedProps {
  role: 'menuitemradio' | 'menuitemcheckbox';
  checked: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Ticked({ role, checked, onClick, children }: TickedProps) {
  return (
    <button type="button" role={role} aria-checked={checked} tabIndex={-1} onClick={onClick} className={itemStyle}>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {checked && <Check aria-hidden />}
    </button>
  );
}
