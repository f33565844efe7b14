/** Which runs are chosen. Pure. */

export interface Selection {
  ids: ReadonlySet<string>;
  /** Where a range begins: the run that was chosen last. */
  anchor: string | null;
  /** All that match the filter, those that are not loaded included. */
  isEverything: boolean;
}

export const NONE_SELECTED: Selection = { ids: new Set(), anchor: null, isEverything: false };

export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id, isEverything: false };
}

/** From the anchor to `id`, as the rows stand; without an anchor that one alone. */
export function extended(selection: Selection, order: readonly string[], id: string): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return toggled(selection, id);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...selection.ids, ...range]), anchor: selection.anchor, isEverything: false };
}

export const allOf = (order: readonly string[]): Selection => ({ ids: new Set(order), anchor: null, isEverything: false });

export const everything = (order: readonly string[]): Selection => ({ ...allOf(order), isEverything: true });

export const isEmpty = ({ ids, isEverything }: Selection): boolean => ids.size === 0 && !isEverything;
