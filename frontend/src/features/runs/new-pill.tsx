'use client';
import { ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { Spinner } from '@/components/ui/spinner';
import { count as formatted } from '@/lib/format';
import { useShortcut } from '@/lib/shortcuts';

const MOST = 999;

/** Over the head of the table: what is new waits here, so that nothing moves under the pointer. */
export function NewPill({ count, onShow }: { count: number; onShow: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const show = async () => {
    setBusy(true);
    await onShow().finally(() => setBusy(false));
  };
  useShortcut('n', 'Show new runs', () => void show(), { enabled: count > 0 && !busy });
  return (
    <div role="status" className="pointer-events-none absolute inset-x-0 top-1 z-20 flex justify-center">
      {count > 0 && (
        <button
          type="button"
          disabled={busy}
          onClick={() => void show()}
          className="pointer-events-auto inline-flex h-7 animate-pop items-center gap-1.5 rounded-full bg-accent-solid px-3 text-xs font-medium text-white shadow-pop hover:brightness-110"
        >
          {busy ? <Spinner className="size-3.5" /> : <ArrowUp aria-hidden className="size-3.5" />}
          {count > MOST ? `${formatted(MOST)}+` : count} new
        </button>
      )}
    </div>
  );
}
