/** Which rows are in view, where all are equally high. Pure. */

export interface Range {
  first: number;
  /** Behind the last one. */
  end: number;
}

const OVERSCAN = 12;

export function rangeOf(scrollTop: number, viewHeight: number, rowHeight: number, count: number): Range {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - OVERSCAN);
  const end = Math.min(count, Math.ceil((scrollTop + viewHeight) / rowHeight) + OVERSCAN);
  return { first, end: Math.max(first, end) };
}

/** Where to scroll so that a row is in view below the head; null where it is already. */
export function revealing(index: number, rowHeight: number, head: number, scrollTop: number, viewHeight: number): number | null {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  const bottom = top + rowHeight + head;
  return bottom > scrollTop + viewHeight ? bottom - viewHeight : null;
}
