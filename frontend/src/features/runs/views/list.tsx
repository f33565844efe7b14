'use client';
/** What the menu of saved views holds. */
import { Check, ListFilter, Save, Trash2, Users, UserRound, PencilLine, RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { SkeletonRows } from '@/components/ui/surfaces';
import type { RunFilter, SavedViewItemFragment } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { cn } from '@/lib/cn';
import type { Asked } from './menu';
import { useChangeView } from './use-change-view';
import type { Views } from './use-views';
import { ViewCount } from './view-count';

interface ViewListProps {
  views: Views;
  filter: RunFilter | null;
  onAsk: (asked: Asked) => void;
  onClose: () => void;
}

export default function ViewList({ views: { views, current, query, isEdited, open }, filter, onAsk, onClose }: ViewListProps) {
  const can = useCan();
  const { change } = useChangeView();
  const go = (view: SavedViewItemFragment | null) => {
    onClose();
    open(view);
  };
  // Of a shared view the rules ask for more than of one's own.
  const mayChange = current !== null && (current.isShared ? can('RUNS_WRITE') : current.isMine);
  const mayShare = current !== null && current.isMine && can('RUNS_WRITE');
  const changed = (input: Parameters<typeof change>[0], said: string) => {
    onClose();
    void change(input, said);
  };
  return (
    <div className="grid gap-px">
      <Item icon={<ListFilter aria-hidden />} isOn={current === null} onClick={() => go(null)}>
        All runs
      </Item>
      {views === undefined && <SkeletonRows rows={2} />}
      {views?.map((view) => (
        <Item
          key={view.id}
          icon={view.isShared ? <Users aria-hidden /> : <UserRound aria-hidden />}
          title={view.isShared ? `Shared${view.createdBy ? ` by ${view.createdBy}` : ''}` : 'Private'}
          isOn={view.id === current?.id}
          onClick={() => go(view)}
          end={<ViewCount view={view} />}
        >
          {view.name}
        </Item>
      ))}
      <div role="separator" className="mx-1 my-1 h-px bg-line" />
      {current && isEdited && mayChange && (
        <Item icon={<RefreshCw aria-hidden />} onClick={() => changed({ id: current.id, query, filter: filter ?? {} }, `Updated ${current.name}.`)}>
          Update “{current.name}”
        </Item>
      )}
      <Item icon={<Save aria-hidden />} onClick={() => onAsk('save')}>
        Save as a new view…
      </Item>
      {current && mayChange && (
        <Item icon={<PencilLine aria-hidden />} onClick={() => onAsk('rename')}>
          Rename…
        </Item>
      )}
      {current && mayShare && (
        <Item
          icon={current.isShared ? <UserRound aria-hidden /> : <Users aria-hidden />}
          onClick={() =>
            changed({ id: current.id, isShared: !current.isShared }, current.isShared ? `${current.name} is now private.` : `${current.name} is now shared.`)
          }
        >
          {current.isShared ? 'Make private' : 'Share with the organization'}
        </Item>
      )}
      {current && mayChange && (
        <Item icon={<Trash2 aria-hidden />} onClick={() => onAsk('delete')} className="text-bad">
          Delete…
        </Item>
      )}
    </div>
  );
}

interface ItemProps {
  icon: ReactNode;
  children: ReactNode;
  end?: ReactNode;
  title?: string;
  isOn?: boolean;
  onClick: () => void;
  className?: string;
}

function Item({ icon, children, end, title, isOn, onClick, className }: ItemProps) {
  return (
    <button
      type="button"
      title={title}
      aria-current={isOn || undefined}
      onClick={onClick}
      className={cn('flex min-h-7 w-full items-center gap-2 rounded-md px-2 py-1 text-left -outline-offset-2 hover:bg-hover [&_svg]:size-4 [&_svg]:shrink-0', className)}
    >
      <span className="text-soft">{icon}</span>
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {end}
      {isOn && <Check aria-hidden className="text-accent" />}
    </button>
  );
}
