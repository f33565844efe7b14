'use client';
import { Unplug, WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection, type Connection } from '@/lib/connection';
import { FALLBACK_MS } from './live-updates';

/** A blink of the network is nobody's business. */
const PATIENCE_MS = 2500;

const SAYS: Partial<Record<Connection, string>> = {
  offline: 'This device has no network. What you see may be out of date; it comes up to date by itself.',
  reconnecting: `Changes do not arrive by themselves at the moment. The page is read again every ${FALLBACK_MS / 1000} seconds until they do.`,
};

/** At the foot of the page, so that nothing on it moves when it comes and goes. */
export function ConnectionBanner() {
  const connection = useConnection();
  const text = SAYS[connection];
  const isLong = useLasting(text !== undefined);
  const Icon = connection === 'offline' ? WifiOff : Unplug;
  return (
    <div role="status" data-no-print>
      {text && isLong && (
        <p className="flex items-center gap-2 border-t border-line bg-warn-soft px-4 py-1.5 text-warn md:px-6">
          <Icon aria-hidden className="size-4 shrink-0" />
          {text}
        </p>
      )}
    </div>
  );
}

function useLasting(isSo: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isSo) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [isSo]);
  return isLong;
}
