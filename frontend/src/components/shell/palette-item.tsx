import { Command } from 'cmdk';
import type { ReactNode } from 'react';

interface ItemProps {
  id: string;
  icon: ReactNode;
  onSelect: () => void;
  hint?: string;
  children: ReactNode;
}

export function Item({ id, icon, onSelect, hint, children }: ItemProps) {
  return (
    <Command.Item
      value={id}
      onSelect={onSelect}
      className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&>svg]:text-soft"
    >
      {icon}
      <span className="truncate">{children}</span>
      {hint && <span className="ml-auto max-w-1/2 shrink-0 truncate pl-3 text-xs text-soft">{hint}</span>}
    </Command.Item>
  );
}

export function Group({ heading, children }: { heading: string; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-soft"
    >
      {children}
    </Command.Group>
  );
}
