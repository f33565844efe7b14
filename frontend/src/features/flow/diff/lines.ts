/** Which lines differ (Myers' shortest edit, in its greedy form). Pure. */

export interface Line {
  kind: 'same' | 'added' | 'removed';
  text: string;
  /** Numbers in the old and the new text, from 1. */
  before?: number;
  after?: number;
}

/** Beyond it the texts have so little in common that one is shown after the other. */
const MOST_EDITS = 1_500;
const CONTEXT = 3;

export function diffLines(before: string, after: string): Line[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = edits(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return numbered([...a.slice(0, head).map(keep), ...middle, ...a.slice(a.length - tail).map(keep)]);
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const keep = (text: string): Line => ({ kind: 'same', text });

function numbered(lines: Line[]): Line[] {
  let before = 0;
  let after = 0;
  return lines.map((line) => {
    if (line.kind !== 'added') before += 1;
    if (line.kind !== 'removed') after += 1;
    return { ...line, before: line.kind === 'added' ? undefined : before, after: line.kind === 'removed' ? undefined : after };
  });
}

function edits(a: readonly string[], b: readonly string[]): Line[] {
  const trace = traceOf(a, b);
  if (!trace) return [...a.map((text): Line => ({ kind: 'removed', text })), ...b.map((text): Line => ({ kind: 'added', text }))];
  const lines: Line[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reached = trace[d]!;
    const k = x - y;
    const isDown = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const from = isDown ? k + 1 : k - 1;
    const startX = d === 0 ? 0 : reached.get(from)!;
    const startY = d === 0 ? 0 : startX - from;
    while (x > startX && y > startY && (d === 0 || x - (isDown ? startX : startX + 1) > 0)) {
      lines.push(keep(a[x - 1]!));
      x -= 1;
      y -= 1;
    }
    if (d === 0) break;
    lines.push(isDown ? { kind: 'added', text: b[startY]! } : { kind: 'removed', text: a[startX]! });
    x = startX;
    y = startY;
  }
  return lines.reverse();
}

/** How far each diagonal was reached before each edit; null where it would take too many. */
function traceOf(a: readonly string[], b: readonly string[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = [];
  const far = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_EDITS); d += 1) {
    trace.push(new Map(far));
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && (far.get(k - 1) ?? -1) < (far.get(k + 1) ?? -1));
      let x = isDown ? far.get(k + 1)! : far.get(k - 1)! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      far.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return null;
}

export type Hunk = { lines: readonly Line[] } | { skipped: number };

/** Changes with a few lines around them; what is the same in between is told by its length. */
export function hunksOf(lines: readonly Line[], context = CONTEXT): Hunk[] {
  const isNear = lines.map((_, at) => lines.slice(Math.max(0, at - context), at + context + 1).some(({ kind }) => kind !== 'same'));
  const hunks: Hunk[] = [];
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && isNear[end] === isNear[at]) end += 1;
    hunks.push(isNear[at] ? { lines: lines.slice(at, end) } : { skipped: end - at });
    at = end;
  }
  return hunks;
}
