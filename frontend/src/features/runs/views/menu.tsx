'use client';
/** Saved views: filters with a name, one's own and those of the organization. */
import { lazy, Suspense, useState } from 'react';
import { Popover } from '@/components/ui/popover';
import type { RunFilter } from '@/gql/graphql';
import type { RunView } from '../run-view';
import type { Look } from '../use-look';
import { useViews } from './use-views';
import { ViewButton } from './view-button';

const ViewList = lazy(() => import('./list'));
const ViewDialogs = lazy(() => import('./dialogs'));

export type Asked = 'save' | 'rename' | 'delete' | null;

interface ViewMenuProps {
  view: RunView;
  look: Look;
  filter: RunFilter | null;
}

export default function ViewMenu({ view, look, filter }: ViewMenuProps) {
  const [open, setOpen] = useState(false);
  const [asked, ask] = useState<Asked>(null);
  const views = useViews(view, look, open);
  const { current, isEdited } = views;
  return (
    <>
      <Popover
        label="Saved views"
        open={open}
        onOpenChange={setOpen}
        className="w-72 p-1"
        trigger={
          <ViewButton name={current?.name ?? null} isEdited={isEdited} />
        }
      >
        <Suspense>
          <ViewList
            views={views}
            filter={filter}
            onAsk={(to) => {
              setOpen(false);
              ask(to);
            }}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      </Popover>
      {asked && (
        <Suspense>
          <ViewDialogs asked={asked} views={views} filter={filter} onClose={() => ask(null)} />
        </Suspense>
      )}
    </>
  );
}
