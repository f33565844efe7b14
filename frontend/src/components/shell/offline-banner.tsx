'use client';
import { WifiOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection } from '@/lib/connection';

/** A blink of the network is nobody's business. */
const PATIENCE_MS = 2500;

export function OfflineBanner() {
  const connection = useConnection();
  const isAway = connection === 'offline' || connection === 'reconnecting';
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!isAway) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [isAway]);
  if (!isAway || !isLong) return null;
  return (
    <div role="status" data-no-print className="flex items-center gap-2 border-b border-line bg-warn-soft px-4 py-1.5 text-warn">
      <WifiOff aria-hidden className="size-4 shrink-0" />
      {connection === 'offline'
        ? 'There is no network. What you see may be out of date.'
        : 'The connection to Dagy is lost. It comes back by itself; what you see may be out of date.'}
    </div>
  );
}
