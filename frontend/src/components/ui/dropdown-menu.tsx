'use client';
import { Check } from 'lucide-react';
import { DropdownMenu as Primitive } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

export const popStyle = 'z-[60] animate-pop rounded-lg border border-line bg-raised shadow-pop';
const itemStyle =
  'flex min-h-7 items-center gap-2 rounded-md px-2 py-1 outline-none data-[disabled]:opacity-55 data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0';

interface MenuProps {
  /** One element that takes a ref, such as a Button. */
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom' | 'right';
  className?: string;
}

export function Menu({ trigger, children, align = 'start', side = 'bottom', className }: MenuProps) {
  return (
    <Primitive.Root modal={false}>
      <Primitive.Trigger asChild>{trigger}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={cn(popStyle, 'max-h-[var(--radix-dropdown-menu-content-available-height)] min-w-44 overflow-y-auto p-1', className)}
        >
          {children}
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

export function MenuItem({ className, danger = false, ...props }: ComponentProps<typeof Primitive.Item> & { danger?: boolean }) {
  return <Primitive.Item {...props} className={cn(itemStyle, danger && 'text-bad', className)} />;
}

export function MenuLabel({ className, ...props }: ComponentProps<typeof Primitive.Label>) {
  return <Primitive.Label {...props} className={cn('px-2 pt-1.5 pb-1 text-xs text-soft', className)} />;
}

export function MenuSeparator() {
  return <Primitive.Separator className="mx-1 my-1 h-px bg-line" />;
}

interface MenuChoiceProps<Value extends string> {
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: ReactNode }[];
}

/** One of several, with a tick. */
export function MenuChoice<Value extends string>({ value, onChange, options }: MenuChoiceProps<Value>) {
  return (
    <Primitive.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)}>
      {options.map((option) => (
        <Primitive.RadioItem key={option.value} value={option.value} className={itemStyle}>
          <span className="min-w-0 flex-1 truncate">{option.label}</span>
          <Primitive.ItemIndicator>
            <Check aria-hidden />
          </Primitive.ItemIndicator>
        </Primitive.RadioItem>
      ))}
    </Primitive.RadioGroup>
  );
}

export function MenuCheck({ children, ...props }: ComponentProps<typeof Primitive.CheckboxItem>) {
  return (
    <Primitive.CheckboxItem {...props} className={itemStyle} onSelect={(event) => event.preventDefault()}>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      <Primitive.ItemIndicator>
        <Check aria-hidden />
      </Primitive.ItemIndicator>
    </Primitive.CheckboxItem>
  );
}
