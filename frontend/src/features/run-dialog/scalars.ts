/** Values as their fields show and read them. */
import { exactNumber, writeJson } from '@/lib/json';

export function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : writeJson(value);
}

/** Text that is no number stays text, so that the check can say so; nothing is undefined. */
export function numberFrom(text: string): number | bigint | string | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const value = exactNumber(trimmed);
  return typeof value === 'bigint' || Number.isFinite(value) ? value : text;
}
