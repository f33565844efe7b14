/** What stands where data would be: nothing yet, refused, gone wrong. */
import { CircleAlert, Inbox, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Permission } from '@/gql/graphql';
import type { GqlError } from '@/lib/gql';
import { CodeBlock } from './code-block';
import { Note } from './note';
import { Button } from './ui/button';
import { Unreachable } from './unreachable';

interface EmptyStateProps {
  title: string;
  children?: ReactNode;
  /** A command that fills the page. */
  snippet?: string;
  action?: ReactNode;
  icon?: ReactNode;
}

export function EmptyState({ title, children, snippet, action, icon = <Inbox aria-hidden /> }: EmptyStateProps) {
  return (
    <Note icon={icon} title={title}>
      {children && <div className="text-soft">{children}</div>}
      {snippet && <CodeBlock code={snippet} label="Copy the command" className="mt-2 w-full text-left" />}
      {action}
    </Note>
  );
}

export function ErrorState({ error, onRetry }: { error: GqlError; onRetry?: () => void }) {
  if (error.code === 'UNREACHABLE' && onRetry) return <Unreachable error={error} onRetry={onRetry} />;
  return (
    <Note icon={<CircleAlert aria-hidden className="text-bad" />} title="Something went wrong" role="alert">
      <p className="break-words text-soft">{error.message}</p>
      <code className="font-mono text-xs text-soft">
        {error.code}
        {error.requestId && ` · request ${error.requestId}`}
      </code>
      {onRetry && (
        <Button className="mt-2" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Note>
  );
}

export function PermissionDenied({ permission }: { permission?: Permission | string }) {
  return (
    <Note icon={<Lock aria-hidden />} title="You don’t have access to this">
      <p className="text-soft">
        {permission ? (
          <>
            It requires the permission <code className="font-mono">{permission}</code>. An admin of your organization can grant it.
          </>
        ) : (
          'Your role does not allow it. An admin of your organization can change your role.'
        )}
      </p>
    </Note>
  );
}
