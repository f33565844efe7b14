'use client';
import { useNow } from '@/lib/now';
import { useReach } from '@/lib/reach';

/** Until the server is asked again: `Trying again in 3 s.` */
export function useCountdown(): string {
  const { nextAt } = useReach();
  const now = useNow();
  const seconds = nextAt === null ? 0 : Math.ceil((nextAt - now) / 1000);
  return seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again …';
}
