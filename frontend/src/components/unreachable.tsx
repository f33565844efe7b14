'use client';
/** Where data would be, while the server is away. It reads again by itself once the server answers. */
import { CloudOff } from 'lucide-react';
import { useEffect, useEffectEvent } from 'react';
import type { GqlError } from '@/lib/gql';
import { askNow, useReach, whenReachable } from '@/lib/reach';
import { useCountdown } from './countdown';
import { Note } from './note';
import { Button } from './ui/button';

/** A server that answers, and fails at this again and again, is not asked without a rest. */
const REST_MS = 1_500;

export function Unreachable({ error, onRetry }: { error: GqlError; onRetry: () => void }) {
  const { isReachable } = useReach();
  const countdown = useCountdown();
  const retry = useEffectEvent(onRetry);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    void whenReachable().then(() => {
      if (!isGone) timer = setTimeout(() => retry(), REST_MS);
    });
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [error]);
  return (
    <Note icon={<CloudOff aria-hidden className="text-warn" />} title="The Dagy server is not reachable" role="alert">
      <p className="text-soft">
        This page loads by itself when it is back.{' '}
        <span aria-live="off" className="tabular-nums">
          {countdown}
        </span>
      </p>
      <Button className="mt-2" onClick={() => (isReachable ? onRetry() : askNow())}>
        Try now
      </Button>
    </Note>
  );
}
