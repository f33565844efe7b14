'use client';
import { useEffect } from 'react';
import { toast as draw, Toaster as Sonner } from 'sonner';
import { onToasterReady, type Note } from '@/lib/toast';
import { useResolvedTheme } from '@/lib/theme';

function drawNote({ kind, text, description, action, durationMs }: Note): void {
  draw[kind](text, { description, action, duration: durationMs });
}

export default function Toaster() {
  const theme = useResolvedTheme();
  useEffect(() => onToasterReady(drawNote), []);
  return <Sonner theme={theme} position="bottom-right" closeButton richColors gap={8} />;
}
