'use client';
/** What the task returned, or why it did not: read when the panel opens. */
import { CodeBlock } from '@/components/code-block';
import { ErrorState } from '@/components/notes';
import { Skeleton } from '@/components/ui/surfaces';
import { TaskDetailDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { isTerminal } from '@/lib/states';
import { useGql } from '@/lib/use-gql';
import type { Task } from '../live/model';
import { Result } from '../result';
import { Part } from './task-panel';

export function TaskResult({ task, part }: { task: Task; part: 'error' | 'result' }) {
  const withPayloads = useCan()('PAYLOADS_READ');
  const isOver = isTerminal(task.state);
  const { data, error, refetch } = useGql(TaskDetailDocument, { id: task.id ?? '', withPayloads }, { enabled: task.id !== null && (isOver || task.error !== null) });
  if (part === 'error') return <Failure task={task} traceback={data?.taskRun?.error?.traceback} hint={data?.taskRun?.error?.hint} />;
  if (!withPayloads || !isOver || task.id === null) return null;
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-8" />;
  const result: unknown = data.taskRun?.result;
  if (result == null) return null;
  return (
    <Part title="Result">
      <Result value={result} />
    </Part>
  );
}

interface FailureProps {
  task: Task;
  traceback: string | null | undefined;
  hint: string | null | undefined;
}

function Failure({ task: { error }, traceback, hint }: FailureProps) {
  if (!error) return null;
  return (
    <Part title="Error">
      <p className="rounded-md border border-bad-line bg-bad-soft px-3 py-2 break-words whitespace-pre-wrap text-bad">
        {error.type && <span className="font-mono">{error.type}: </span>}
        {error.message}
      </p>
      {hint && <p>{hint}</p>}
      {traceback && <CodeBlock code={traceback.trimEnd()} label="Copy the traceback" />}
    </Part>
  );
}
