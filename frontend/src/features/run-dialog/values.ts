/** What a run is started with: only what differs from what it would get anyway. */
import { isRecord, parseJson, same } from '@/lib/json';
import { membersOf, type Schema, type Values } from './schema';

/** What a run gets without being told: the flow's defaults, over them those of the deployment. */
export function baseValues(schema: Schema, ofDeployment: unknown): Values {
  const defaults = membersOf(schema).filter((one) => one.schema.default !== undefined);
  return { ...Object.fromEntries(defaults.map((one) => [one.name, one.schema.default])), ...(isRecord(ofDeployment) ? ofDeployment : {}) };
}

/** Where the deployment's values may not be read, everything that is said must be sent. */
export function differing(values: Values, base: Values | null): Values {
  if (!base) return values;
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !(name in base) || !same(value, base[name])));
}

/** A copy with one value set; undefined takes it away. */
export function withValue(values: Values, name: string, value: unknown): Values {
  if (value !== undefined) return { ...values, [name]: value };
  const { [name]: _, ...rest } = values;
  return rest;
}

export function parsedObject(text: string): { values: Values } | { problem: string } {
  if (!text.trim()) return { values: {} };
  try {
    const value: unknown = parseJson(text);
    return isRecord(value) ? { values: value } : { problem: 'Parameters are one JSON object: {"name": value}.' };
  } catch (problem) {
    return { problem: problem instanceof Error ? problem.message : String(problem) };
  }
}
