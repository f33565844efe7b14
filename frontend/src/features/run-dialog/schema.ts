/** What the form has to draw for a JSON Schema. Knows what `dagy` writes for a flow's parameters;
 *  whatever else there may be becomes a JSON field, which can say everything. */

import { isRecord } from '@/lib/json';

export type Schema = Readonly<Record<string, unknown>>;
export type Values = Record<string, unknown>;

export interface Member {
  name: string;
  schema: Schema;
  isRequired: boolean;
}

export type Shape =
  | { kind: 'text'; format?: string }
  | { kind: 'number'; isInteger: boolean }
  | { kind: 'boolean' }
  | { kind: 'choice'; values: readonly unknown[] }
  | { kind: 'moment'; format: 'date' | 'date-time' | 'time' }
  | { kind: 'list'; item: Schema }
  | { kind: 'object'; members: readonly Member[] }
  | { kind: 'map'; item: Schema }
  | { kind: 'variants'; variants: readonly Schema[] }
  | { kind: 'json' };

export type Described = Shape & { isNullable: boolean; description?: string };

const MOMENTS: ReadonlySet<unknown> = new Set(['date', 'date-time', 'time']);

const asSchema = (value: unknown): Schema => (isRecord(value) ? value : {});
const asSchemas = (value: unknown): Schema[] => (Array.isArray(value) ? value.map(asSchema) : []);

/** References followed; words beside a reference, such as a default, win. */
export function resolved(schema: Schema, root: Schema): Schema {
  let found = schema;
  for (let step = 0; typeof found.$ref === 'string' && step < 20; step += 1) {
    const { $ref, ...beside } = found as { $ref: string };
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    found = { ...asSchema(asSchema(root.$defs)[name]), ...beside };
  }
  return found;
}

/** JSON columns forget the order of keys: what is required comes first, then by name. */
export function membersOf(schema: Schema): Member[] {
  const required = Array.isArray(schema.required) ? schema.required.filter((one) => typeof one === 'string') : [];
  const properties = asSchema(schema.properties);
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  return [...required, ...optional.sort((a, b) => a.localeCompare(b))].map((name) => ({
    name,
    schema: asSchema(properties[name]),
    isRequired: required.includes(name),
  }));
}

export function shapeOf(given: Schema, root: Schema): Described {
  const schema = resolved(given, root);
  const [variants, isNullable] = withoutNull(schema, root);
  const only = variants.length === 1 ? variants[0]! : schema;
  const inside = only === schema ? { ...plainShape(schema, variants), description: undefined } : shapeOf(only, root);
  const description = typeof schema.description === 'string' ? schema.description : inside.description;
  return { ...inside, isNullable, description };
}

/** The variants of a schema, and whether null was one of them. */
function withoutNull(schema: Schema, root: Schema): [Schema[], boolean] {
  const listed = Array.isArray(schema.type) ? schema.type.map((type: unknown) => ({ ...schema, type })) : null;
  const all = listed ?? asSchemas(schema.anyOf ?? schema.oneOf);
  if (all.length === 0) return [[schema], schema.type === 'null'];
  const rest = all.filter((one) => resolved(one, root).type !== 'null');
  return [rest, rest.length < all.length];
}

function plainShape(schema: Schema, variants: readonly Schema[]): Shape {
  if (variants.length > 1) return { kind: 'variants', variants };
  if ('const' in schema) return { kind: 'choice', values: [schema.const] };
  if (Array.isArray(schema.enum)) return { kind: 'choice', values: schema.enum };
  if (schema.type === 'string') return textShape(schema.format);
  if (schema.type === 'integer' || schema.type === 'number') return { kind: 'number', isInteger: schema.type === 'integer' };
  if (schema.type === 'boolean') return { kind: 'boolean' };
  if (schema.type === 'array' && isRecord(schema.items) && !schema.prefixItems) return { kind: 'list', item: schema.items };
  if (schema.type === 'object') return objectShape(schema);
  return { kind: 'json' };
}

function textShape(format: unknown): Shape {
  if (MOMENTS.has(format)) return { kind: 'moment', format: format as 'date' };
  return { kind: 'text', format: typeof format === 'string' ? format : undefined };
}

function objectShape(schema: Schema): Shape {
  if (isRecord(schema.properties)) return { kind: 'object', members: membersOf(schema) };
  if (isRecord(schema.additionalProperties)) return { kind: 'map', item: schema.additionalProperties };
  return { kind: 'json' };
}

/** What a field holds when it is added by hand. */
export function blank(given: Schema, root: Schema): unknown {
  const schema = resolved(given, root);
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  const shape = shapeOf(schema, root);
  switch (shape.kind) {
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 0;
    case 'boolean':
      return false;
    case 'choice':
      return shape.values[0];
    case 'list':
      return [];
    case 'map':
      return {};
    case 'object':
      return Object.fromEntries(shape.members.filter((one) => one.isRequired).map((one) => [one.name, blank(one.schema, root)]));
    case 'variants':
      return blank(shape.variants[0]!, root);
    case 'json':
      return null;
    default:
      return '';
  }
}

/** What a schema wants, in a word or two: the names of variants. */
export function wordFor(given: Schema, root: Schema): string {
  const schema = resolved(given, root);
  if (typeof schema.title === 'string') return schema.title;
  const shape = shapeOf(schema, root);
  if (shape.kind === 'number') return shape.isInteger ? 'whole number' : 'number';
  if (shape.kind === 'moment') return { date: 'date', 'date-time': 'date and time', time: 'time' }[shape.format];
  if (shape.kind === 'boolean') return 'yes or no';
  if (shape.kind === 'choice') return shape.values.map(String).join(' | ');
  return { text: 'text', list: 'list', object: 'object', map: 'object', variants: 'one of several', json: 'JSON' }[shape.kind];
}

/** Whether a value looks like this variant; a rough look, the checks come from elsewhere. */
export function fits(given: Schema, value: unknown, root: Schema): boolean {
  const schema = resolved(given, root);
  const shape = shapeOf(schema, root);
  switch (shape.kind) {
    case 'text':
    case 'moment':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' && (!shape.isInteger || Number.isInteger(value));
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return shape.values.includes(value);
    case 'list':
      return Array.isArray(value);
    case 'map':
      return isRecord(value);
    case 'object':
      return isRecord(value) && shape.members.every(({ name, schema: one, isRequired }) => fitsMember(one, value[name], isRequired, root));
    case 'variants':
      return shape.variants.some((one) => fits(one, value, root));
    case 'json':
      return true;
  }
}

/** A tag, by which variants tell themselves apart, must be right; the rest may be wrong for now. */
function fitsMember(schema: Schema, value: unknown, isRequired: boolean, root: Schema): boolean {
  const shape = shapeOf(schema, root);
  if (shape.kind === 'choice' && shape.values.length === 1) return value === shape.values[0];
  return value !== undefined || !isRequired;
}
