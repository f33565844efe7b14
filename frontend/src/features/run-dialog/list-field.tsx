'use client';
import { use, useEffect, useRef } from 'react';
import { blank } from './blank';
import { FormContext, SchemaField, type DrawnProps } from './field';
import { itemPath } from './problems';
import { AddButton, RemoveButton } from './row-buttons';
import type { Schema } from './schema';

/** A list that must be there and is not yet has one empty row, which counts once something is in it. */
export function ListField({ item, path, label, value, onChange, isRequired }: DrawnProps & { item: Schema }) {
  const { root } = use(FormContext);
  const isDraft = value === undefined && isRequired;
  const items: readonly unknown[] = Array.isArray(value) ? value : isDraft ? [undefined] : [];
  const [list, focusNext] = useFocusOnNew(items.length);
  const add = () => {
    focusNext();
    onChange([...items, blank(item, root)]);
  };
  return (
    <div ref={list} className="grid min-w-0 gap-2">
      {items.map((one, at) => (
        <div key={at} data-item className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <SchemaField label={`${label}[${at}]`} path={itemPath(path, at)} schema={item} value={one} isRequired onChange={(next) => onChange(items.with(at, next ?? ''))} />
          </div>
          {!isDraft && <RemoveButton label={`Remove ${label}[${at}]`} onClick={() => onChange(items.toSpliced(at, 1))} />}
        </div>
      ))}
      <span className="flex flex-wrap items-center gap-3">
        {!isDraft && <AddButton label="Add an item" onClick={add} />}
        {isDraft && (
          <button type="button" className="link text-xs" onClick={() => onChange([])}>
            Leave the list empty
          </button>
        )}
      </span>
    </div>
  );
}

/** A row that was added is where one goes on typing. */
function useFocusOnNew(count: number) {
  const list = useRef<HTMLDivElement>(null);
  const isAwaited = useRef(false);
  useEffect(() => {
    if (!isAwaited.current) return;
    isAwaited.current = false;
    const rows = list.current?.querySelectorAll<HTMLElement>(':scope > [data-item]');
    rows?.[count - 1]?.querySelector<HTMLElement>('input, select, textarea')?.focus();
  }, [count]);
  return [list, () => void (isAwaited.current = true)] as const;
}
