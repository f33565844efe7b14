/** Tags: names with values, written `team=data`. */

import { writeJson } from './json';
export function parsedTag(text: string): [name: string, value: string] | null {
  const [name = '', ...rest] = text.trim().split('=');
  return name.trim() && rest.length > 0 && rest.join('=').trim() ? [name.trim(), rest.join('=').trim()] : null;
}

/** A JSON column as tags; what is no text is written as JSON. */
export function tagsOf(value: unknown): [name: string, value: string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([name, one]) => [name, typeof one === 'string' ? one : writeJson(one)]);
}
