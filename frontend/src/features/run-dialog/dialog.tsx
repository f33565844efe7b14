'use client';
/** The window itself: at the left what to say, at the right what would come of it. */
import { Play } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Loaded } from '@/components/page';
import { EmptyState, PermissionDenied } from '@/components/notes';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { useCan } from '@/lib/can';
import type { RunDialogProps } from '.';
import { DeploymentPicker } from './deployment-picker';
import { useKeptChoice } from './kept-choice';
import { ParameterForm } from './parameter-form';
import { PreviewPanel } from './preview-panel';
import { RunOptions } from './run-options';
import { useRunForm, useTarget, type Target } from './use-run-form';

export default function RunDialogWindow(props: RunDialogProps) {
  const can = useCan();
  const missing = (['RUNS_TRIGGER', 'DEPLOYMENTS_READ'] as const).find((one) => !can(one));
  if (!missing) return <Choosing {...props} />;
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title="Run a flow">
      <PermissionDenied permission={missing} />
    </Dialog>
  );
}

function Choosing(props: RunDialogProps) {
  const [picked, setPicked] = useState(props.deploymentName ?? null);
  const query = useTarget(picked);
  const target = query.data?.deployment;
  const picker = props.deploymentName ? null : <DeploymentPicker flowName={props.flowName} value={picked} onChange={setPicked} />;
  if (target && target.name === picked) return <Filling key={target.id} {...props} target={target} picker={picker} />;
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange} title={picked ? `Run ${picked}` : 'Run a flow'} size="xl">
      {picker}
      {picked && (
        <Loaded query={query} missing={<EmptyState title={`There is no deployment ${picked}`} snippet="dagy deployments list" />}>
          {() => null}
        </Loaded>
      )}
    </Dialog>
  );
}

interface FillingProps extends RunDialogProps {
  target: Target;
  picker: ReactNode;
}

function Filling({ target, picker, ...props }: FillingProps) {
  const form = useRunForm(target, props);
  const [opens, setOpens] = useKeptChoice();
  const root = useRef<HTMLFormElement>(null);
  useEffect(() => firstControl(root.current)?.focus(), []);
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={`Run ${target.name}`}
      description={target.flow ? about(target.flow) : undefined}
      size="xl"
      footer={
        <>
          <label className="mr-auto flex items-center gap-2 text-soft">
            <Checkbox checked={opens} onChange={({ target: box }) => setOpens(box.checked)} /> Open the run
          </label>
          <Button onClick={() => props.onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" type="submit" form="start-run" busy={form.isStarting}>
            <Play aria-hidden /> Start run
          </Button>
        </>
      }
    >
      <form
        ref={root}
        id="start-run"
        noValidate
        className="grid gap-5 md:grid-cols-[minmax(0,1fr)_280px]"
        onKeyDown={(event) => event.key === 'Enter' && (event.metaKey || event.ctrlKey) && form.start()}
        onSubmit={(event) => {
          event.preventDefault();
          form.start();
        }}
      >
        <div className="grid min-w-0 content-start gap-4">
          {picker}
          <ParameterForm form={form} target={target} />
          <RunOptions form={form} target={target} />
        </div>
        <PreviewPanel form={form} />
      </form>
    </Dialog>
  );
}

/** The first parameter; the start itself where there is none. */
function firstControl(form: HTMLFormElement | null): HTMLElement | null | undefined {
  const start = form?.closest('[role="dialog"]')?.querySelector<HTMLElement>('button[type="submit"]');
  return form?.querySelector<HTMLElement>('[aria-label="Parameters"] :is(input:not([type="radio"]), select, textarea)') ?? start;
}

function about({ name, version, description }: NonNullable<Target['flow']>): string {
  return [`${name} ${version}`, description].filter(Boolean).join(' · ');
}
