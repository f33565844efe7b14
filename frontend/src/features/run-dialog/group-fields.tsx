'use client';
/** Values made of values: lists, objects, maps, and one of several shapes. */
import { use, type ReactNode } from 'react';
import { Input, Select } from '@/components/ui/input';
import { isRecord } from '@/lib/json';
import { blank, fits } from './blank';
import { FormContext, SchemaField, TypeWord, useProblem, type DrawnProps } from './field';
import { ListField } from './list-field';
import { depthOf, memberPath } from './problems';
import { resolved } from './references';
import { AddButton, RemoveButton } from './row-buttons';
import { shapeOf, wordFor, type Member, type Schema, type Values } from './schema';
import { withValue } from './values';

/** A required model may require itself; what is deeper is drawn once it is asked for. */
const DEEPEST_OPEN = 3;

export function GroupField(props: DrawnProps) {
  const { shape, value, onChange, schema, isRequired, path } = props;
  const { root } = use(FormContext);
  const isOpen = value === undefined && isRequired && depthOf(path) <= DEEPEST_OPEN;
  if (!isOpen && (value === null || value === undefined)) {
    const add = () => onChange(begun(shape.isNullable ? withoutDefault(schema, root) : schema, root));
    return <Group {...props}>{<AddButton label={shape.kind === 'list' ? 'Add an item' : `Add ${props.label}`} onClick={add} />}</Group>;
  }
  const remove = shape.isNullable && (
    <button type="button" className="link text-2xs" onClick={() => onChange(null)}>
      Make it none
    </button>
  );
  const aside = remove || props.aside ? <span className="flex gap-3">{remove}{props.aside}</span> : undefined;
  return (
    <Group {...props} aside={aside}>
      <Inside {...props} />
    </Group>
  );
}

/** A list begins with its first item. */
function begun(schema: Schema, root: Schema): unknown {
  const value = blank(schema, root);
  const shape = shapeOf(schema, root);
  return shape.kind === 'list' && Array.isArray(value) && value.length === 0 ? [blank(shape.item, root)] : value;
}

/** A default of null would add nothing. */
function withoutDefault(schema: Schema, root: Schema): Schema {
  const { default: _, ...rest } = resolved(schema, root);
  const variants = (rest.anyOf ?? rest.oneOf) as Schema[] | undefined;
  return variants?.find((one) => resolved(one, root).type !== 'null') ?? rest;
}

function Inside(props: DrawnProps) {
  switch (props.shape.kind) {
    case 'list':
      return <ListField {...props} item={props.shape.item} />;
    case 'map':
      return <MapField {...props} item={props.shape.item} />;
    case 'object':
      return <ObjectField {...props} members={props.shape.members} />;
    case 'variants':
      return <VariantField {...props} variants={props.shape.variants} />;
    default:
      return null;
  }
}

function Group({ children, ...props }: DrawnProps & { children: ReactNode }) {
  const { label, schema, shape, isRequired, aside } = props;
  const { root } = use(FormContext);
  const problem = useProblem(props);
  return (
    <fieldset className="grid min-w-0 gap-2" aria-invalid={problem ? true : undefined} tabIndex={problem ? -1 : undefined}>
      <legend className="float-left mb-1 flex w-full flex-wrap items-baseline gap-x-2">
        <span className="font-mono text-xs font-medium break-all">{label}</span>
        <TypeWord schema={schema} root={root} shape={shape} isRequired={isRequired} />
        {aside && <span className="ml-auto">{aside}</span>}
      </legend>
      {shape.description && <p className="text-xs text-soft">{shape.description}</p>}
      <div className="clear-both grid min-w-0 gap-2 border-l-2 border-line pl-3">{children}</div>
      {problem && (
        <p role="alert" className="text-xs text-bad">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

function ObjectField({ members, path, value, onChange }: DrawnProps & { members: readonly Member[] }) {
  const { root } = use(FormContext);
  const values = isRecord(value) ? value : tags(members, root);
  return members.map(({ name, schema, isRequired }) => (
    <SchemaField
      key={name}
      label={name}
      path={memberPath(path, name)}
      schema={schema}
      isRequired={isRequired}
      value={name in values ? values[name] : schema.default}
      onChange={(next) => onChange(withValue(values, name, next))}
    />
  ));
}

/** What tells a model from others is not asked for. */
function tags(members: readonly Member[], root: Schema): Values {
  const shapes = members.filter(({ isRequired }) => isRequired).map(({ name, schema }) => [name, shapeOf(schema, root)] as const);
  return Object.fromEntries(shapes.flatMap(([name, shape]) => (shape.kind === 'choice' && shape.values.length === 1 ? [[name, shape.values[0]]] : [])));
}

function MapField({ item, path, value, onChange }: DrawnProps & { item: Schema }) {
  const { root } = use(FormContext);
  const entries = Object.entries(isRecord(value) ? value : {});
  const set = (next: [string, unknown][]) => onChange(Object.fromEntries(next));
  const free = () => {
    for (let number = entries.length + 1; ; number += 1) if (!entries.some(([name]) => name === `key${number}`)) return `key${number}`;
  };
  return (
    <>
      {entries.map(([name, one], at) => (
        <div key={at} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1.4fr)_auto] items-end gap-1">
          <Input aria-label={`Name of entry ${at + 1}`} defaultValue={name} key={name} className="font-mono" onBlur={({ target }) => target.value !== name && set(entries.with(at, [target.value, one]))} />
          <SchemaField label={name} path={memberPath(path, name)} schema={item} value={one} isRequired onChange={(next) => set(entries.with(at, [name, next ?? '']))} />
          <RemoveButton label={`Remove ${name}`} onClick={() => set(entries.toSpliced(at, 1))} />
        </div>
      ))}
      <AddButton label="Add an entry" onClick={() => set([...entries, [free(), blank(item, root)]])} />
    </>
  );
}

function VariantField({ variants, ...props }: DrawnProps & { variants: readonly Schema[] }) {
  const { root } = use(FormContext);
  const { label, value, onChange } = props;
  const at = Math.max(0, variants.findIndex((one) => fits(one, value, root)));
  return (
    <>
      <Select aria-label={`Kind of ${label}`} value={at} onChange={({ target }) => onChange(blank(variants[Number(target.value)]!, root))} className="max-w-64">
        {variants.map((one, index) => (
          <option key={index} value={index}>
            {wordFor(one, root)}
          </option>
        ))}
      </Select>
      <SchemaField {...props} key={at} schema={variants[at]!} isRequired aside={undefined} />
    </>
  );
}
