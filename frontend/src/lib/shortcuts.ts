'use client';
/** The keyboard: every shortcut is registered here, so that `?` can list what works now. */
import { useEffectEvent, useLayoutEffect, useSyncExternalStore } from 'react';

export interface Shortcut {
  /** Keys one after the other: `g d`, `?`, `mod+k`. `mod` is ⌘ on a Mac and Ctrl elsewhere. */
  keys: string;
  label: string;
  group: string;
  run: () => void;
  /** Works while typing too; for chords alone. */
  whileTyping?: boolean;
}

const SEQUENCE_MS = 1200;
const PRESSED = 'button, a[href], input, summary, [role^="menuitem"], [role="option"]';
let shortcuts: readonly Shortcut[] = [];
let typed: string[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(to: readonly Shortcut[]): void {
  shortcuts = to;
  listeners.forEach((listener) => listener());
}

/** The latest one wins its keys, as a dialog over a page does. */
export function registerShortcut(shortcut: Shortcut): () => void {
  change([...shortcuts, shortcut]);
  return () => change(shortcuts.filter((one) => one !== shortcut));
}

export const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.userAgent);

/** `mod+k`, `shift+Enter`, `g`, `?`; null for a modifier alone. */
export function keyOf(event: KeyboardEvent): string | null {
  if (['Shift', 'Control', 'Alt', 'Meta', 'Dead'].includes(event.key)) return null;
  const isPrintable = event.key.length === 1;
  const parts = [
    event.ctrlKey || event.metaKey ? 'mod' : '',
    event.altKey ? 'alt' : '',
    event.shiftKey && !isPrintable ? 'shift' : '',
    event.key === ' ' ? 'Space' : isPrintable ? event.key.toLowerCase() : event.key,
  ];
  return parts.filter(Boolean).join('+');
}

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('[contenteditable="true"], .monaco-editor')) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Enter and Space press the button or follow the link that has the focus. */
function isPress(key: string, target: EventTarget | null): boolean {
  return (key === 'Enter' || key === 'Space') && target instanceof Element && target.closest(PRESSED) !== null;
}

export function handleKey(event: KeyboardEvent, now = Date.now()): void {
  const key = keyOf(event);
  if (key === null || event.defaultPrevented || event.isComposing || isPress(key, event.target)) return;
  typed = now - last < SEQUENCE_MS ? [...typed, key] : [key];
  last = now;
  const found = match(isTyping(event.target));
  if (found) {
    typed = [];
    event.preventDefault();
    found.run();
  } else if (!beginsOne()) {
    typed = beginsOne([key]) ? [key] : [];
  }
}

function match(typing: boolean): Shortcut | undefined {
  const open = shortcuts.filter((one) => !typing || one.whileTyping);
  const whole = typed.join(' ');
  const alone = typed.at(-1);
  // The longer sequence first: `g r` is not `r`.
  return open.findLast((one) => one.keys === whole) ?? open.findLast((one) => one.keys === alone);
}

function beginsOne(keys: readonly string[] = typed): boolean {
  const start = `${keys.join(' ')} `;
  return shortcuts.some((one) => one.keys.startsWith(start));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const NONE: readonly Shortcut[] = [];

export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => shortcuts, () => NONE);
}

interface Options {
  group?: string;
  enabled?: boolean;
  whileTyping?: boolean;
}

export function useShortcut(keys: string, label: string, run: () => void, options: Options = {}): void {
  const { group = 'This page', enabled = true, whileTyping = false } = options;
  const latest = useEffectEvent(run);
  // Before it is painted: what can be seen can be pressed.
  useLayoutEffect(() => {
    if (!enabled) return;
    return registerShortcut({ keys, label, group, whileTyping, run: () => latest() });
  }, [keys, label, group, enabled, whileTyping]);
}
