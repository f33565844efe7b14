'use client';
import { CloudOff, Unplug, WifiOff, type LucideIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useConnection, type Connection } from '@/lib/connection';
import { useWaitingPage } from '@/lib/patient-navigation';
import { askNow } from '@/lib/reach';
import { useCountdown } from '../countdown';
import { Button } from '../ui/button';
import { FALLBACK_MS } from './live-updates';

/** A blink of the network is nobody's business. */
const PATIENCE_MS = 2500;

const ICONS: Partial<Record<Connection, LucideIcon>> = { offline: WifiOff, unreachable: CloudOff, reconnecting: Unplug };

/** At the foot of the page, so that nothing on it moves when it comes and goes. */
export function ConnectionBanner() {
  const connection = useConnection();
  const page = useWaitingPage();
  const Icon = ICONS[connection];
  const isLong = useLasting(Icon !== undefined);
  const isShown = Icon && (isLong || page !== null);
  return (
    <div role="status" data-no-print>
      {isShown && (
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-t border-line bg-warn-soft px-4 py-1.5 text-warn md:px-6">
          <Icon aria-hidden className="size-4 shrink-0" />
          <Words connection={connection} page={page} />
        </div>
      )}
    </div>
  );
}

function Words({ connection, page }: { connection: Connection; page: string | null }) {
  if (connection === 'offline') return <p>You are offline. {page ?? 'This page'} {page ? 'opens' : 'updates'} when the network is back.</p>;
  if (connection === 'unreachable') return <Unreachable page={page} />;
  return <p>Live updates are off. This page refreshes every {FALLBACK_MS / 1000} seconds until they are back.</p>;
}

function Unreachable({ page }: { page: string | null }) {
  const countdown = useCountdown();
  return (
    <>
      <p>
        The Dagy server is not reachable{page && `: ${page} opens when it is back`}. <span aria-live="off">{countdown}</span>
      </p>
      <Button size="sm" variant="ghost" className="text-warn! underline" onClick={askNow}>
        Try now
      </Button>
    </>
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
