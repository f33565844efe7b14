// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handleKey, registerShortcut } from '@/lib/shortcuts';

let now = 0;
const cleanups: (() => void)[] = [];

beforeEach(() => {
  now += 100_000;
});

afterEach(() => {
  cleanups.splice(0).forEach((cleanup) => cleanup());
  document.body.innerHTML = '';
});

function shortcut(keys: string, whileTyping = false) {
  const run = vi.fn();
  cleanups.push(registerShortcut({ keys, label: keys, group: 'Test', run, whileTyping }));
  return run;
}

function press(key: string, init: KeyboardEventInit = {}, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true, ...init });
  Object.defineProperty(event, 'target', { value: target });
  handleKey(event, now);
  now += 50;
  return event;
}

test('a sequence runs once its last key is pressed', () => {
  const go = shortcut('g d');
  press('g');
  expect(go).not.toHaveBeenCalled();
  expect(press('d').defaultPrevented).toBe(true);
  expect(go).toHaveBeenCalledOnce();
});

test('a sequence that takes too long is forgotten', () => {
  const go = shortcut('g d');
  press('g');
  now += 5000;
  press('d');
  expect(go).not.toHaveBeenCalled();
});

test('the sequence wins over its last key, and a wrong start does not block it', () => {
  const go = shortcut('g r');
  const alone = shortcut('r');
  press('g');
  press('r');
  expect([go.mock.calls.length, alone.mock.calls.length]).toEqual([1, 0]);
  press('x');
  press('g');
  press('r');
  expect([go.mock.calls.length, alone.mock.calls.length]).toEqual([2, 0]);
  press('r');
  expect(alone).toHaveBeenCalledOnce();
});

test('keys that are typed into a field are text, but chords may work there', () => {
  const slash = shortcut('/');
  const palette = shortcut('mod+k', true);
  const input = document.createElement('input');
  press('/', {}, input);
  press('k', { ctrlKey: true }, input);
  expect([slash.mock.calls.length, palette.mock.calls.length]).toEqual([0, 1]);
});

test('shift is part of named keys and not of printed ones', () => {
  const help = shortcut('?');
  const range = shortcut('shift+ArrowDown');
  press('?', { shiftKey: true });
  press('ArrowDown', { shiftKey: true });
  press('ArrowDown');
  expect([help.mock.calls.length, range.mock.calls.length]).toEqual([1, 1]);
});

test('the latest of the same keys wins, and gives them back', () => {
  const page = shortcut('f');
  const dialog = shortcut('f');
  press('f');
  expect([page.mock.calls.length, dialog.mock.calls.length]).toEqual([0, 1]);
  cleanups.pop()?.();
  press('f');
  expect(page).toHaveBeenCalledOnce();
});

test('what something else has handled is left alone', () => {
  const run = shortcut('x');
  const event = new KeyboardEvent('keydown', { key: 'x', cancelable: true });
  event.preventDefault();
  handleKey(event, now);
  expect(run).not.toHaveBeenCalled();
});

test('Enter and Space press what has the focus', () => {
  const open = shortcut('Enter');
  const peek = shortcut('Space');
  const button = document.createElement('button');
  expect(press('Enter', {}, button).defaultPrevented).toBe(false);
  press(' ', {}, button);
  expect([open.mock.calls.length, peek.mock.calls.length]).toEqual([0, 0]);
  press('Enter');
  press(' ');
  expect([open.mock.calls.length, peek.mock.calls.length]).toEqual([1, 1]);
});
