'use client';
/** The windows of saved views: a name for a new one, another name, and whether to delete. */
import { useState, type FormEvent } from 'react';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { Button } from '@/components/ui/button';
import { Switch } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { Field, Input } from '@/components/ui/input';
import { ChangeViewDocument, DeleteViewDocument, SaveViewDocument, type RunFilter } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { toast } from '@/lib/toast';
import { useGqlMutation } from '@/lib/use-gql';
import type { Asked } from './menu';
import { useViewsAgain } from './use-change-view';
import type { Views } from './use-views';

interface ViewDialogsProps {
  asked: NonNullable<Asked>;
  views: Views;
  filter: RunFilter | null;
  onClose: () => void;
}

export default function ViewDialogs({ asked, ...props }: ViewDialogsProps) {
  return asked === 'delete' ? <DeleteDialog {...props} /> : <NameDialog {...props} isNew={asked === 'save'} />;
}

type Props = Omit<ViewDialogsProps, 'asked'>;

function NameDialog({ views: { current, query, mark }, filter, isNew, onClose }: Props & { isNew: boolean }) {
  const can = useCan();
  const again = useViewsAgain();
  const withCreator = can('EMAILS_READ');
  const [name, setName] = useState(isNew ? '' : (current?.name ?? ''));
  const [isShared, setShared] = useState(false);
  const done = async (id: string, said: string) => {
    await again();
    if (isNew) mark(id);
    toast.success(said);
    onClose();
  };
  const save = useGqlMutation(SaveViewDocument, {
    quiet: true,
    onSuccess: ({ createSavedView: { savedView } }) => done(savedView.id, `Saved as ${savedView.name}.`),
  });
  const rename = useGqlMutation(ChangeViewDocument, {
    quiet: true,
    onSuccess: ({ updateSavedView: { savedView } }) => done(savedView.id, `Renamed to ${savedView.name}.`),
  });
  const { error, isPending } = isNew ? save : rename;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isNew) save.mutate({ withCreator, input: { name: name.trim(), query, filter: filter ?? {}, isShared } });
    else if (current) rename.mutate({ withCreator, input: { id: current.id, name: name.trim() } });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} size="sm" title={isNew ? 'Save this view' : 'Rename the view'}>
      <form onSubmit={submit} className="grid gap-4">
        <Field label="Name" error={error?.message}>
          {(field) => (
            <Input {...field} autoFocus maxLength={200} placeholder="Failed last night" value={name} onChange={({ target }) => setName(target.value)} />
          )}
        </Field>
        {isNew && can('RUNS_WRITE') && (
          <label className="flex items-center gap-2">
            <Switch checked={isShared} onChange={({ target }) => setShared(target.checked)} />
            Share with the organization
          </label>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button type="submit" variant="primary" busy={isPending} disabled={name.trim() === ''}>
            {isNew ? 'Save' : 'Rename'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ views: { current, mark }, onClose }: Props) {
  const again = useViewsAgain();
  const remove = useGqlMutation(DeleteViewDocument, {
    onSuccess: async () => {
      mark(null);
      await again();
      toast.success(`${current?.name} is deleted.`);
      onClose();
    },
  });
  if (!current) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${current.name}?`}
      confirm="Delete the view"
      danger
      busy={remove.isPending}
      onConfirm={() => remove.mutate({ id: current.id })}
    >
      {current.isShared ? 'It is removed for all members. ' : ''}The runs stay.
    </ConfirmDialog>
  );
}
