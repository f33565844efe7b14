/** What is wrong with values, and where. The server's word counts; until it has come, or when it
 *  does not, the schema is checked here. Paths are the server's: `parameters.city`, `parameters.rows[0].id`. */
import { Validator, type OutputUnit } from '@cfworker/json-schema';
import { isRecord, rounded } from '@/lib/json';
import { membersOf, type Schema, type Values } from './schema';

export interface Problem {
  path: string;
  message: string;
}

export const ROOT = 'parameters';

export const memberPath = (parent: string, name: string): string => `${parent}.${name}`;
export const itemPath = (parent: string, at: number): string => `${parent}[${at}]`;

/** How far inside a parameter's value; 0: the parameter itself. */
export const depthOf = (path: string): number => path.split(/[.[]/).length - 2;

/** Words that only repeat that something below does not fit. */
const ECHOES: ReadonlySet<string> = new Set(['properties', '$ref', 'items', 'prefixItems', 'additionalProperties']);

/** Of a schema that cannot be checked as a whole, such as one with a reference into nothing, each
 *  parameter that can be is. The checker knows numbers alone, so large integers are rounded for it. */
export function checked(schema: Schema, given: Values): Problem[] {
  try {
    return faults(schema, given);
  } catch {
    return membersOf(schema).flatMap(({ name, isRequired }) => checkedAlone(schema, name, isRequired, given));
  }
}

function checkedAlone(schema: Schema, name: string, isRequired: boolean, given: Values): Problem[] {
  const { properties, $defs, definitions } = schema;
  const one = isRecord(properties) ? properties[name] : undefined;
  const alone = { type: 'object', $defs, definitions, properties: one === undefined ? {} : { [name]: one }, required: isRequired ? [name] : [] };
  try {
    return faults(alone, name in given ? { [name]: given[name] } : {});
  } catch {
    return [];
  }
}

/** Raises what the validator does: it follows references only as it meets values. */
function faults(schema: Schema, given: Values): Problem[] {
  const values = rounded(given) as Values;
  const { errors } = new Validator(rounded(schema) as Schema, '2020-12', false).validate(values);
  const found = new Map<string, string>();
  for (const error of errors.filter(({ keyword }) => !ECHOES.has(keyword) || keyword === 'additionalProperties')) {
    const problem = asProblem(error, values);
    if (problem && !found.has(problem.path)) found.set(problem.path, problem.message);
  }
  return [...found].map(([path, message]) => ({ path, message }));
}

function asProblem({ keyword, error, instanceLocation }: OutputUnit, values: Values): Problem | null {
  const path = pathOf(instanceLocation, values);
  const named = /"([^"]+)"/.exec(error)?.[1];
  // The server takes dates and times without a zone, which the formats of the standard do not.
  if (keyword === 'format') return null;
  if (keyword === 'required' && named) return { path: memberPath(path, named), message: 'It is required.' };
  if (keyword === 'additionalProperties') return error.includes('does not match') && named ? { path: memberPath(path, named), message: 'There is no such parameter.' } : null;
  if (keyword === 'false') return { path, message: 'There is no such parameter.' };
  if (keyword === 'type') return { path, message: `Expected ${/Expected "([^"]+)"/.exec(error)?.[1] ?? 'something else'}.` };
  return { path, message: error.replace(/^Instance does not match/, 'It does not match') };
}

/** `#/rows/0/id` as `parameters.rows[0].id`. */
function pathOf(pointer: string, values: Values): string {
  const steps = pointer.replace(/^#\/?/, '').split('/').filter(Boolean);
  let path = ROOT;
  let value: unknown = values;
  for (const step of steps) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    path = Array.isArray(value) ? itemPath(path, Number(name)) : memberPath(path, name);
    value = (value as Record<string, unknown> | undefined)?.[name];
  }
  return path;
}

const isBelow = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);

/** Of a field that is drawn whole, such as a JSON field, also what is wrong inside of it. */
export function problemAt(problems: readonly Problem[], path: string, { deep = false } = {}): string | undefined {
  const found = problems.filter((one) => (deep ? isBelow(one.path, path) : one.path === path));
  return found.length > 0 ? found.map(({ message }) => plain(message)).join(' ') : undefined;
}

/** The server begins with the field's name, which stands beside it already. */
export function plain(message: string): string {
  const text = message.replace(/^[\p{L}\p{M}\p{N}_.[\]-]+: /u, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
