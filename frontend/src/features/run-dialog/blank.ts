/** Values for schemas: what a field begins with, and which variant a value is of. */
import { isRecord, same } from '@/lib/json';
import { resolved, type Schema } from './references';
import { shapeOf, type Described } from './schema';

/** A model may require itself; nobody fills in more than this. */
const DEEPEST = 6;

/** What a field holds when it is added by hand. */
export function blank(given: Schema, root: Schema, depth = DEEPEST): unknown {
  const schema = resolved(given, root);
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  const shape = shapeOf(schema, root);
  if (depth === 0) return shape.kind === 'list' ? [] : shape.kind === 'object' ? {} : null;
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
      return blankObject(shape, root, depth);
    case 'variants':
      return blank(shape.variants[0]!, root, depth - 1);
    case 'json':
      return null;
    default:
      return '';
  }
}

/** Members that must be there; what may be null is, rather than a guess. */
function blankObject(shape: Extract<Described, { kind: 'object' }>, root: Schema, depth: number): unknown {
  const needed = shape.members.filter((one) => one.isRequired);
  return Object.fromEntries(needed.map(({ name, schema }) => [name, shapeOf(schema, root).isNullable ? null : blank(schema, root, depth - 1)]));
}

/** Whether a value looks like this variant; a rough look, the checks come from elsewhere. */
export function fits(given: Schema, value: unknown, root: Schema, depth = DEEPEST): boolean {
  const shape = shapeOf(given, root);
  if (depth === 0) return true;
  switch (shape.kind) {
    case 'text':
    case 'moment':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'bigint' || (typeof value === 'number' && (!shape.isInteger || Number.isInteger(value)));
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return shape.values.some((one) => same(one, value));
    case 'list':
      return Array.isArray(value);
    case 'map':
      return isRecord(value);
    case 'object':
      return isRecord(value) && shape.members.every(({ name, schema: one, isRequired }) => fitsMember(one, value[name], isRequired, root));
    case 'variants':
      return shape.variants.some((one) => fits(one, value, root, depth - 1));
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
