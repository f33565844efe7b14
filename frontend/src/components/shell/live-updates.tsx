'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { live, subscribeReconnected } from '@/lib/live';

/** Keeps the socket open, and reads again what may have changed while it was closed. */
export function LiveUpdates() {
  const client = useQueryClient();
  useEffect(() => {
    live();
    return subscribeReconnected(() => void client.invalidateQueries({ type: 'active' }));
  }, [client]);
  return null;
}
