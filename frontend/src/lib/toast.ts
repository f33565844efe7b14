/** Short notes at the edge of the screen. The library that draws them loads with the first one. */

type Kind = 'success' | 'error' | 'message';

interface ToastOptions {
  /** One with the same id takes the place of the other. */
  id?: string;
  description?: string;
  /** `keep`: the note stays, and will say itself what became of it. */
  action?: { label: string; onClick: () => void; keep?: boolean };
  durationMs?: number;
}

export interface Note extends ToastOptions {
  kind: Kind;
  text: string;
}

let show: ((note: Note) => void) | undefined;
const waiting: Note[] = [];
const listeners = new Set<() => void>();

function say(kind: Kind) {
  return (text: string, options: ToastOptions = {}): void => {
    const note = { kind, text, ...options };
    if (show) return show(note);
    waiting.push(note);
    for (const listener of listeners) listener();
  };
}

export const toast = { success: say('success'), error: say('error'), message: say('message') };

/** Called by the toaster once it can draw; what was said before comes now. */
export function onToasterReady(draw: (note: Note) => void): void {
  show = draw;
  waiting.splice(0).forEach(draw);
}

export function subscribeFirstToast(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const hasToasts = (): boolean => waiting.length > 0 || show !== undefined;
