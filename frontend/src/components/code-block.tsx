import { cn } from '@/lib/cn';
import { CopyButton } from './ui/copy-button';

/** Text to take away: a command, a query. */
export function CodeBlock({ code, label = 'Copy', className }: { code: string; label?: string; className?: string }) {
  return (
    <div className={cn('group relative min-w-0 rounded-md border border-line bg-page', className)}>
      <pre tabIndex={0} className="overflow-x-auto py-2 pr-10 pl-3 font-mono text-xs leading-5">
        {code}
      </pre>
      <CopyButton text={code} label={label} className="absolute top-1 right-1" />
    </div>
  );
}
