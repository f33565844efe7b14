/** Which commands a few letters mean. Pure. */

export interface Command {
  id: string;
  label: string;
  /** At the right, in soft letters. */
  hint?: string;
  /** More words that find it. */
  keywords?: string;
}

const WHOLE = 3;
const WORDS = 2;
const INSIDE = 1;

/** 0 is no match; the label's own beginning is best, then beginnings of words, then letters within. */
export function score({ label, keywords = '' }: Command, text: string): number {
  const wanted = text.trim().toLowerCase();
  const name = label.toLowerCase();
  if (name.startsWith(wanted)) return WHOLE;
  const words = `${name} ${keywords.toLowerCase()}`.split(/[^\p{L}\p{N}]+/u);
  const parts = wanted.split(/\s+/);
  if (parts.every((part) => words.some((word) => word.startsWith(part)))) return WORDS;
  return parts.every((part) => part.length > 1 && name.includes(part)) ? INSIDE : 0;
}

/** The best first; equals stay in their order. Without text all of them. */
export function matching<C extends Command>(commands: readonly C[], text: string): C[] {
  if (!text.trim()) return [...commands];
  return commands
    .map((command) => ({ command, points: score(command, text) }))
    .filter(({ points }) => points > 0)
    .sort((one, other) => other.points - one.points)
    .map(({ command }) => command);
}

/** A page's own command wins over the site's of the same name. */
export function withoutTwins<C extends Command>(commands: readonly C[], taken: readonly Command[]): C[] {
  const names = new Set(taken.map(({ label }) => plain(label)));
  return commands.filter(({ label }) => !names.has(plain(label)));
}

const plain = (label: string): string => label.toLowerCase().replace(/[\s…]+$/u, '');

/** What a run is found by, beside its name: the flow, and the error where the text is in it. */
export function foundBy(text: string, flow: string | undefined, error: string | undefined): string {
  const isInError = error?.toLowerCase().includes(text.trim().toLowerCase());
  return [flow, isInError && error].filter(Boolean).join(' · ');
}
