'use client';
/** The window itself: at the left what to say, at the right what would come of it. */
import { Play } from 'lucide-react';
import { useState } from 'react';
import { createPortal } from 'react-dom';
import { Loaded } from '@/components/page';
import { EmptyState, PermissionDenied } from '@/components/notes';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog } from '@/components/ui/dialog';
import { useCan } from '@/lib/can';
import type { RunDialogProps } from '.';
import { Boundary } from './boundary';
import { DeploymentPicker } from './deployment-picker';
import { JsonValues } from './json-values';
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
  const [isOnly, setOnly] = useState(props.deploymentName !== undefined);
  const [picksAlone, setPicksAlone] = useState(true);
  const pick = (name: string, only: boolean) => {
    setPicked(name);
    setOnly(only);
  };
  const choose = () => {
    setPicked(null);
    setPicksAlone(false);
  };
  const [footer, setFooter] = useState<HTMLElement | null>(null);
  const query = useTarget(picked);
  const found = query.data?.deployment;
  const target = found?.name === picked ? found : null;
  return (
    <Dialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={picked ? `Run ${picked}` : 'Run a flow'}
      description={target?.flow ? about(target.flow) : undefined}
      size={picked === null ? 'lg' : 'xl'}
      // Its buttons belong to the form inside, which puts them there.
      footer={target && <div ref={setFooter} className="contents" />}
    >
      {picked === null && <DeploymentPicker flowName={props.flowName} picksAlone={picksAlone} onPick={pick} />}
      {picked !== null && !isOnly && (
        <button type="button" className="link mb-3 text-xs" onClick={choose}>
          Another deployment
        </button>
      )}
      {target && <Filling key={target.id} {...props} target={target} footer={footer} />}
      {picked !== null && !target && (
        <Loaded query={query} missing={<EmptyState title={`There is no deployment ${picked}`} snippet="dagy deployments list" />}>
          {() => null}
        </Loaded>
      )}
    </Dialog>
  );
}

interface FillingProps extends RunDialogProps {
  target: Target;
  footer: HTMLElement | null;
}

function Filling({ target, footer, ...props }: FillingProps) {
  const form = useRunForm(target, props);
  return (
    <form
      ref={focusFirst}
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
        <Boundary instead={<JsonValues form={form} />}>
          <ParameterForm form={form} target={target} />
        </Boundary>
        <RunOptions form={form} target={target} />
      </div>
      <PreviewPanel form={form} />
      {footer && createPortal(<Buttons isStarting={form.isStarting} onCancel={() => props.onOpenChange(false)} />, footer)}
    </form>
  );
}

function Buttons({ isStarting, onCancel }: { isStarting: boolean; onCancel: () => void }) {
  const [opens, setOpens] = useKeptChoice();
  return (
    <>
      <label className="mr-auto flex items-center gap-2 text-soft">
        <Checkbox checked={opens} onChange={({ target: box }) => setOpens(box.checked)} /> Open the run
      </label>
      <Button onClick={onCancel}>Cancel</Button>
      <Button variant="primary" type="submit" form="start-run" busy={isStarting}>
        <Play aria-hidden /> Start run
      </Button>
    </>
  );
}

/** The first parameter; a flow without any has the engine first. */
function focusFirst(form: HTMLFormElement | null): void {
  const fields = ':is(input:not([type="radio"]), select, textarea)';
  const first = form?.querySelector<HTMLElement>(`[data-fields] ${fields}, [data-fields] button`) ?? form?.querySelector<HTMLElement>(fields);
  first?.focus();
}

function about({ name, version, description }: NonNullable<Target['flow']>): string {
  return [`${name} ${version}`, description].filter(Boolean).join(' · ');
}
