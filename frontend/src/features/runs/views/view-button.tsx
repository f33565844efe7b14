import { Bookmark, ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Button } from '@/components/ui/button';

interface ViewButtonProps extends Omit<ComponentProps<typeof Button>, 'name'> {
  /** Of the view that is open. */
  name: string | null;
  isEdited?: boolean;
}

export function ViewButton({ name, isEdited = false, ...props }: ViewButtonProps) {
  return (
    <Button {...props} size="sm" className="max-w-56">
      <Bookmark aria-hidden className="size-3.5!" />
      <span className="truncate">{name ?? 'Views'}</span>
      {isEdited && <span className="text-soft">· edited</span>}
      <ChevronDown aria-hidden className="size-3.5! text-soft" />
    </Button>
  );
}
