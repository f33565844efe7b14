'use client';
import { Tabs as Primitive } from 'radix-ui';
import { useEffect, useRef, type ComponentProps, type ReactNode } from 'react';
import { cn } from '@/lib/cn';

interface TabsProps<Value extends string> {
  value: Value;
  onChange: (value: Value) => void;
  label: string;
  tabs: readonly { value: Value; label: ReactNode; count?: number | null }[];
  /** TabPanels. */
  children: ReactNode;
  className?: string;
}

/** Controlled: keep the value in the URL. */
export function Tabs<Value extends string>({ value, onChange, label, tabs, children, className }: TabsProps<Value>) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => showActive(list.current), [value]);
  return (
    <Primitive.Root value={value} onValueChange={(next) => onChange(next as Value)} className={className}>
      <Primitive.List ref={list} aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line" data-no-print>
        {tabs.map((tab) => (
          <Primitive.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px shrink-0 border-b-2 border-transparent px-2.5 py-2 font-medium text-soft -outline-offset-2 hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {tab.label}
            {tab.count != null && <span className="ml-1.5 text-xs text-soft">{tab.count}</span>}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      {children}
    </Primitive.Root>
  );
}

/** On a phone the list is wider than the screen; only the list scrolls, never the page. */
function showActive(list: HTMLElement | null): void {
  const active = list?.querySelector<HTMLElement>('[data-state="active"]');
  if (!list || !active) return;
  const left = active.offsetLeft - list.offsetLeft;
  if (left < list.scrollLeft || left + active.offsetWidth > list.scrollLeft + list.clientWidth) list.scrollLeft = left - 24;
}

export function TabPanel({ className, ...props }: ComponentProps<typeof Primitive.Content>) {
  return <Primitive.Content {...props} className={cn('pt-4 outline-none', className)} />;
}
