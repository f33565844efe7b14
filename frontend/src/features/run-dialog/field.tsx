'use client';
/** One value of the form, drawn by the shape of its schema; lists and objects draw fields again. */
import { createContext, use, useId, type ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Boundary } from './boundary';
import { GroupField } from './group-fields';
import { JsonField } from './json-field';
import { depthOf, problemAt, type Problem } from './problems';
import { ScalarField } from './scalar-fields';
import { shapeOf, wordFor, type Described, type Schema } from './schema';

const LONGEST_DRAWN_LIST = 50;
/** Values of models that hold themselves have no other end. */
const DEEPEST_DRAWN = 8;
const ANYTHING: Described = { kind: 'json', isNullable: false };

interface FormState {
  root: Schema;
  problems: readonly Problem[];
  setBroken: (path: string, message: string | null) => void;
}

export const FormContext = createContext<FormState>({ root: {}, problems: [], setBroken: () => undefined });

export interface FieldProps {
  label: string;
  path: string;
  schema: Schema;
  value: unknown;
  /** Undefined: not said. */
  onChange: (value: unknown) => void;
  isRequired: boolean;
  /** Beside the label, at the right. */
  aside?: ReactNode;
  /** Nobody has looked at it yet, so what is wrong is not told yet. */
  isQuiet?: boolean;
}

export interface DrawnProps extends FieldProps {
  shape: Described;
}

const GROUPS: ReadonlySet<string> = new Set(['list', 'object', 'map', 'variants']);

export function SchemaField(props: FieldProps) {
  return (
    <Boundary instead={<JsonField {...props} schema={{}} shape={ANYTHING} />}>
      <DrawnField {...props} />
    </Boundary>
  );
}

function DrawnField(props: FieldProps) {
  const { root } = use(FormContext);
  const shape = shapeOf(props.schema, root);
  const isLong = Array.isArray(props.value) && props.value.length > LONGEST_DRAWN_LIST;
  if (shape.kind === 'json' || isLong || depthOf(props.path) > DEEPEST_DRAWN) return <JsonField {...props} shape={shape} />;
  if (GROUPS.has(shape.kind)) return <GroupField {...props} shape={shape} />;
  return <ScalarField {...props} shape={shape} />;
}

export function useProblem({ path, isQuiet }: FieldProps, deep = false): string | undefined {
  const { problems } = use(FormContext);
  return isQuiet ? undefined : problemAt(problems, path, { deep });
}

interface LabelledProps extends DrawnProps {
  problem?: string;
  hint?: ReactNode;
  children: (field: { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string; required?: boolean }) => ReactNode;
}

/** The label above, what it is beside it, what is wrong below. */
export function Labelled({ label, schema, shape, isRequired, aside, problem, hint = shape.description, children }: LabelledProps) {
  const { root } = use(FormContext);
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="grid min-w-0 gap-1">
      <div className="flex min-h-5 flex-wrap items-baseline gap-x-2">
        <label htmlFor={id} className="font-mono text-xs font-medium break-all">
          {label}
        </label>
        <TypeWord schema={schema} root={root} shape={shape} isRequired={isRequired} />
        {aside && <span className="ml-auto">{aside}</span>}
      </div>
      {children({ id, 'aria-invalid': problem ? true : undefined, 'aria-describedby': note ? `${id}-note` : undefined, required: isRequired || undefined })}
      {note && (
        <p id={`${id}-note`} role={problem ? 'alert' : undefined} className={cn('text-xs break-words', problem ? 'text-bad' : 'text-soft')}>
          {note}
        </p>
      )}
    </div>
  );
}

interface TypeWordProps {
  schema: Schema;
  root: Schema;
  shape: Described;
  isRequired: boolean;
}

export function TypeWord({ schema, root, shape, isRequired }: TypeWordProps) {
  const isPlain = shape.kind === 'choice' || shape.kind === 'variants';
  const words = [isPlain ? null : wordFor(schema, root), isRequired ? 'required' : null, shape.isNullable ? 'may be none' : null];
  return <span className="text-2xs text-soft">{words.filter(Boolean).join(' · ')}</span>;
}
