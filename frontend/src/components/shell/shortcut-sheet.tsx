'use client';
import { isMac, useShortcuts, type Shortcut } from '@/lib/shortcuts';
import { Dialog } from '../ui/dialog';
import { Kbd } from '../ui/surfaces';

/** All that the keyboard can do on this page now. */
export default function ShortcutSheet({ onOpenChange }: { onOpenChange: (open: boolean) => void }) {
  const groups = byGroup(inForce(useShortcuts()));
  return (
    <Dialog open onOpenChange={onOpenChange} title="Keyboard shortcuts" size="lg">
      <div className="grid gap-x-8 gap-y-5 sm:grid-cols-2">
        {[...groups].map(([group, shortcuts]) => (
          <section key={group}>
            <h3 className="mb-1 text-xs font-medium text-soft">{group}</h3>
            <ul>
              {shortcuts.map(({ keys, label }) => (
                <li key={keys} className="flex min-h-7 items-center justify-between gap-3">
                  {label}
                  <Keys keys={keys} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Keys({ keys }: { keys: string }) {
  const mod = isMac() ? '⌘' : 'Ctrl';
  return (
    <span className="flex shrink-0 gap-1">
      {keys.split(' ').map((key, at) => (
        <Kbd key={at}>{keyName(key, mod)}</Kbd>
      ))}
    </span>
  );
}

function keyName(key: string, mod: string): string {
  return key.startsWith('mod+') ? `${mod} ${key.slice(4).toUpperCase()}` : key;
}

/** Of two with the same keys the later one works. */
function inForce(shortcuts: readonly Shortcut[]): Shortcut[] {
  return shortcuts.filter((one, index) => !shortcuts.slice(index + 1).some(({ keys }) => keys === one.keys));
}

function byGroup(shortcuts: readonly Shortcut[]): Map<string, Shortcut[]> {
  const groups = new Map<string, Shortcut[]>();
  for (const one of shortcuts) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return groups;
}
