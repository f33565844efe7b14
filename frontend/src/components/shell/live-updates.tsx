'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useConnection } from '@/lib/connection';
import { live, subscribeReconnected } from '@/lib/live';
import { subscribeBack } from '@/lib/reach';

/** While changes do not come by themselves, what is on the screen is asked for this often. */
export const FALLBACK_MS = 15_000;

/** Keeps the socket open, and reads again what may have changed while it was closed. */
export function LiveUpdates() {
  const client = useQueryClient();
  const isAway = useConnection() === 'reconnecting';
  useEffect(() => {
    live();
    const readAgain = () => void client.invalidateQueries({ type: 'active' });
    const leaves = [subscribeReconnected(readAgain), subscribeBack(readAgain)];
    return () => leaves.forEach((leave) => leave());
  }, [client]);
  useEffect(() => {
    if (!isAway) return;
    const timer = setInterval(() => {
      if (!document.hidden) void client.invalidateQueries({ type: 'active' }, { cancelRefetch: false });
    }, FALLBACK_MS);
    return () => clearInterval(timer);
  }, [client, isAway]);
  return null;
}
