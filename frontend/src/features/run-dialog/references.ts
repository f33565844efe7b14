/** JSON Schemas without their references: `$ref` followed, `allOf` merged. Nothing here raises or
 *  runs for ever, whatever a schema holds. */
import { isRecord } from '@/lib/json';

export type Schema = Readonly<Record<string, unknown>>;

const LONGEST_CHAIN = 20;

export const asSchema = (value: unknown): Schema => (isRecord(value) ? value : {});
export const asSchemas = (value: unknown): Schema[] => (Array.isArray(value) ? value.map(asSchema) : []);
export const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);

/** Words beside a reference, such as a default, win. What leads nowhere says nothing. */
export function resolved(schema: Schema, root: Schema, steps = LONGEST_CHAIN): Schema {
  if (steps === 0) return {};
  if (typeof schema.$ref === 'string') {
    const { $ref, ...beside } = schema as { $ref: string };
    return resolved({ ...target($ref, root), ...beside }, root, steps - 1);
  }
  if (!Array.isArray(schema.allOf)) return schema;
  const { allOf, ...beside } = schema;
  return [...asSchemas(allOf).map((one) => resolved(one, root, steps - 1)), beside].reduce(merged, {});
}

/** Where a reference within the document leads. */
function target(reference: string, root: Schema): Schema {
  if (!reference.startsWith('#')) return {};
  let found: unknown = root;
  for (const step of reference.slice(1).split('/').filter(Boolean)) {
    const name = unescaped(step);
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return {};
    found = (found as Record<string, unknown>)[name];
  }
  return asSchema(found);
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}

function merged(one: Schema, other: Schema): Schema {
  const both: Record<string, unknown> = { ...one, ...other };
  if (isRecord(one.properties) && isRecord(other.properties)) both.properties = { ...one.properties, ...other.properties };
  if (one.required && other.required) both.required = [...new Set([...textsOf(one.required), ...textsOf(other.required)])];
  return both;
}
