'use client';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './icon-button';
import { toast } from '@/lib/toast';

const SHOWN_MS = 1500;

/** Only in a secure context browsers let a page write to the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    toast.error('Your browser blocked copying.', { description: 'Select the text and copy it yourself.' });
    return false;
  }
}

export function CopyButton({ text, label = 'Copy', className }: { text: string; label?: string; className?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton size="sm" label={copied ? 'Copied' : label} className={className} onClick={() => void copyText(text).then(setCopied)}>
      {copied ? <Check aria-hidden className="text-good" /> : <Copy aria-hidden />}
    </IconButton>
  );
}
