import { clsx, type ClassValue } from 'clsx';
import { twMerge } from 'tailwind-merge';

/** Class names: what is falsy is left out, and of two that set the same the later one counts. */
export function cn(...names: ClassValue[]): string {
  return twMerge(clsx(names));
}
