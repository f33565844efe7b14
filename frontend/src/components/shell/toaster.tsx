'use client';
import { useEffect, type MouseEvent } from 'react';
import { toast as draw, Toaster as Sonner } from 'sonner';
import { onToasterReady, type Note } from '@/lib/toast';
import { useResolvedTheme } from '@/lib/theme';

/** At the left: sheets come from the right, and the buttons of dialogs and headers are there. */
const PAST_THE_NAVIGATION_PX = 224;

function drawNote({ kind, text, id, description, action, durationMs }: Note): void {
  draw[kind](text, { id, description, action: action && pressed(action), duration: durationMs });
}

function pressed({ label, onClick, keep }: NonNullable<Note['action']>) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (keep) event.preventDefault();
    onClick();
  };
  return { label, onClick: press };
}

export default function Toaster() {
  const theme = useResolvedTheme();
  useEffect(() => onToasterReady(drawNote), []);
  return <Sonner theme={theme} position="bottom-left" offset={{ bottom: 16, left: PAST_THE_NAVIGATION_PX }} closeButton richColors gap={8} />;
}
