/** What the form has to draw for a JSON Schema. Knows what `dagy` and pydantic write for a flow's
 *  parameters; whatever else there may be becomes a JSON field, which can say everything. */
import { isRecord } from '@/lib/json';
import { asSchema, asSchemas, resolved, textsOf, type Schema } from './references';

export type { Schema };
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
/** More than that nobody picks from, or fills in; as JSON they can be pasted. */
const MOST_CHOICES = 500;
const MOST_MEMBERS = 100;
const MOST_VARIANTS = 20;
/** Of unions in unions. */
const DEEPEST_UNION = 8;

/** The signature's order, which objects in JSON columns forget. */
const ORDER = 'x-order';

/** Where no order is written: what is required first, then by name. */
export function membersOf(given: unknown): Member[] {
  const schema = asSchema(given);
  const properties = asSchema(schema.properties);
  const required = textsOf(schema.required);
  const names = Object.keys(properties).sort((a, b) => a.localeCompare(b));
  const ordered = textsOf(schema[ORDER]).filter((name) => Object.hasOwn(properties, name));
  return [...new Set([...ordered, ...required, ...names])].map((name) => ({
    name,
    schema: asSchema(Object.hasOwn(properties, name) ? properties[name] : undefined),
    isRequired: required.includes(name),
  }));
}

export function shapeOf(given: Schema, root: Schema, depth = DEEPEST_UNION): Described {
  const schema = resolved(given, root);
  const [variants, isNullable] = withoutNull(schema, root);
  const only = variants.length === 1 ? variants[0]! : schema;
  const inside = only === schema || depth === 0 ? { ...plainShape(schema, variants), description: undefined } : shapeOf(only, root, depth - 1);
  const description = typeof schema.description === 'string' ? schema.description : inside.description;
  return { ...inside, isNullable: isNullable || ('isNullable' in inside && inside.isNullable), description };
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
  if (variants.length > 1) return variants.length > MOST_VARIANTS ? { kind: 'json' } : { kind: 'variants', variants };
  if ('const' in schema) return choice([schema.const]);
  if (Array.isArray(schema.enum)) return choice(schema.enum);
  if (schema.type === 'string') return textShape(schema.format);
  if (schema.type === 'integer' || schema.type === 'number') return { kind: 'number', isInteger: schema.type === 'integer' };
  if (schema.type === 'boolean') return { kind: 'boolean' };
  if (schema.type === 'array' && isRecord(schema.items) && !schema.prefixItems) return { kind: 'list', item: schema.items };
  if (schema.type === 'object' || isRecord(schema.properties)) return objectShape(schema);
  return { kind: 'json' };
}

/** Lists and objects among the choices are picked by nobody. */
function choice(values: readonly unknown[]): Shape {
  const isPlain = values.every((one) => typeof one !== 'object' || one === null);
  return isPlain && values.length > 0 && values.length <= MOST_CHOICES ? { kind: 'choice', values } : { kind: 'json' };
}

function textShape(format: unknown): Shape {
  if (MOMENTS.has(format)) return { kind: 'moment', format: format as 'date' };
  return { kind: 'text', format: typeof format === 'string' ? format : undefined };
}

function objectShape(schema: Schema): Shape {
  if (isRecord(schema.properties)) {
    const members = membersOf(schema);
    return members.length > MOST_MEMBERS ? { kind: 'json' } : { kind: 'object', members };
  }
  if (isRecord(schema.additionalProperties)) return { kind: 'map', item: schema.additionalProperties };
  return { kind: 'json' };
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
