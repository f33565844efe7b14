'use client';
/** A value that a run or a task returned. A large one is kept as a file and is here by its name. */
import { JsonView } from '@/components/json-view';
import { CopyButton } from '@/components/ui/copy-button';
import { bytes } from '@/lib/format';

/** As the store names it. */
interface Reference {
  path: string;
  size_bytes: number;
  sha256: string;
}

export function referenceOf(value: unknown): Reference | null {
  if (typeof value !== 'object' || value === null || !('ref' in value)) return null;
  const { ref } = value as { ref: Partial<Reference> | null };
  return typeof ref?.path === 'string' && typeof ref.size_bytes === 'number' ? (ref as Reference) : null;
}

export function Result({ value }: { value: unknown }) {
  const reference = referenceOf(value);
  if (!reference) return <JsonView value={value} />;
  return (
    <div className="rounded-md border border-line bg-page px-3 py-2">
      <p>{bytes(reference.size_bytes)}: too large to be shown here. It is kept in the artifact store as</p>
      <p className="flex items-center gap-1 text-soft">
        <code className="truncate font-mono text-xs" title={reference.path}>
          {reference.path}
        </code>
        <CopyButton text={reference.path} label="Copy name" />
      </p>
    </div>
  );
}
