/** What stands where data would be: nothing yet, refused, gone wrong. */
import { CircleAlert, Inbox, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Permission } from '@/gql/graphql';
import type { GqlError } from '@/lib/gql';
import { CodeBlock } from './code-block';
import { Button } from './ui/button';

interface NoteProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  role?: 'alert';
}

function Note({ icon, title, children, role }: NoteProps) {
  return (
    <div role={role} className="mx-auto flex max-w-lg flex-col items-center gap-2 px-4 py-12 text-center">
      <span className="text-soft [&_svg]:size-7 [&_svg]:stroke-[1.5]">{icon}</span>
      <h2 className="text-lg font-semibold">{title}</h2>
      {children}
    </div>
  );
}

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
  const title = error.code === 'UNREACHABLE' ? 'Dagy does not answer' : 'This did not work';
  return (
    <Note icon={<CircleAlert aria-hidden className="text-bad" />} title={title} role="alert">
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
    <Note icon={<Lock aria-hidden />} title="You may not see this">
      <p className="text-soft">
        {permission ? (
          <>
            It needs the permission <code className="font-mono">{permission}</code>. An admin of the organization can give it.
          </>
        ) : (
          'Your role does not allow it. An admin of the organization can change that.'
        )}
      </p>
    </Note>
  );
}
