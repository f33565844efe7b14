'use client';
/** A subscription for as long as the component is there. */
import { useEffect, useEffectEvent } from 'react';
import type { TypedDocumentString } from '@/gql/graphql';
import { follow, type Follow } from './live';

interface Options<Data> extends Omit<Follow<Data>, 'onNext'> {
  /** False: not now. */
  enabled?: boolean;
}

/**
 * `variables` may be a function: it is asked again after every reconnection, so that it can name the
 * last cursor seen. A new `key` (by default the variables themselves) begins a new subscription.
 */
export function useSubscription<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables | (() => Variables),
  onNext: (data: Data) => void,
  { enabled = true, onError, onComplete, key }: Options<Data> & { key?: string } = {},
): void {
  const current = useEffectEvent(() =>
    typeof variables === 'function' ? (variables as () => Variables)() : variables,
  );
  const next = useEffectEvent(onNext);
  const failed = useEffectEvent((...given: Parameters<NonNullable<typeof onError>>) => onError?.(...given));
  const ended = useEffectEvent(() => onComplete?.());
  const identity = key ?? (typeof variables === 'function' ? '' : JSON.stringify(variables));
  useEffect(() => {
    if (!enabled) return;
    return follow(document, () => current(), {
      onNext: (data) => next(data),
      onError: (error) => failed(error),
      onComplete: () => ended(),
    });
  }, [document, identity, enabled]);
}
