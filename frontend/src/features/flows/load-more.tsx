'use client';
/** The next page comes as its place comes into view; the button is for who uses none of that. */
import { useEffect, useEffectEvent, useRef } from 'react';
import { Button } from '@/components/ui/button';

interface LoadMoreProps {
  shown: number;
  total?: number | null;
  isLoading: boolean;
  onMore: () => void;
}

export function LoadMore({ shown, total, isLoading, onMore }: LoadMoreProps) {
  const place = useRef<HTMLDivElement>(null);
  const more = useEffectEvent(() => !isLoading && onMore());
  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), { rootMargin: '400px' });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [shown]);
  return (
    <div ref={place} className="flex items-center justify-center gap-3 text-soft">
      {total != null && `${shown} of ${total}`}
      <Button busy={isLoading} onClick={onMore}>
        Show more
      </Button>
    </div>
  );
}
