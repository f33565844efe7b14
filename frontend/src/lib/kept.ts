'use client';
/** A small preference that this browser keeps: a width, a switch. What others should see when they
 *  get the link belongs into the URL instead. */
import { useState } from 'react';

const PREFIX = 'dagy-';

function recall<Value>(key: string, otherwise: Value): Value {
  try {
    const text = localStorage.getItem(PREFIX + key);
    const value: unknown = text === null ? otherwise : JSON.parse(text);
    return typeof value === typeof otherwise ? (value as Value) : otherwise;
  } catch {
    return otherwise;
  }
}

export function useKept<Value extends string | number | boolean>(key: string, otherwise: Value): [Value, (value: Value) => void] {
  const [value, set] = useState(() => recall(key, otherwise));
  return [
    value,
    (next) => {
      set(() => next);
      try {
        localStorage.setItem(PREFIX + key, JSON.stringify(next));
      } catch {
        // Storage may be forbidden; the choice then lasts until the page is left.
      }
    },
  ];
}
