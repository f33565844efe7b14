/** Colours for Python source: enough to read by, in forty lines. Other files stay plain. Pure. */

export type Tone = 'comment' | 'string' | 'keyword' | 'number' | 'decorator';

export interface Piece {
  text: string;
  tone?: Tone;
}

const KEYWORDS =
  'False|None|True|and|as|assert|async|await|break|case|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield';

const WORDS = new RegExp(
  [
    /(?<comment>#[^\n]*)/,
    /(?<string>[rbfuRBFU]{0,2}(?:"""[\s\S]*?(?:"""|(?![\s\S]))|'''[\s\S]*?(?:'''|(?![\s\S]))|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
    /(?<decorator>^[ \t]*@[\w.]+)/,
    new RegExp(`(?<keyword>\\b(?:${KEYWORDS})\\b)`),
    /(?<number>\b\d[\w.]*)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

export function paintedLines(text: string, path: string): Piece[][] {
  const pieces = path.endsWith('.py') ? painted(text) : [{ text }];
  const lines: Piece[][] = [[]];
  for (const { text: piece, tone } of pieces) {
    piece.split('\n').forEach((part, at) => {
      if (at > 0) lines.push([]);
      if (part) lines.at(-1)!.push({ text: part, tone });
    });
  }
  if (lines.length > 1 && lines.at(-1)!.length === 0) lines.pop();
  return lines;
}

function painted(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(WORDS)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
    const tone = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0] as Tone | undefined;
    pieces.push({ text: match[0], tone });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
