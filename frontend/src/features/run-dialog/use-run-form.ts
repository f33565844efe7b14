'use client';
/** What the dialog holds: the values given, engine and tags; what would come of them; the start. */
import { keepPreviousData } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { runPath } from '@/components/app-link';
import { RunFormDocument, RunPreviewDocument, StartRunDocument, type Executor, type RunFormQuery } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { useNavigation } from '@/lib/navigation';
import type { GqlError } from '@/lib/gql';
import { toast } from '@/lib/toast';
import { useGql, useGqlMutation } from '@/lib/use-gql';
import { useSettled } from '@/lib/use-settled';
import type { RunDialogProps } from '.';
import { opensStartedRun } from './kept-choice';
import { checked, type Problem } from './problems';
import { asSchema } from './references';
import type { Schema, Values } from './schema';
import { baseValues, differing } from './values';

const PREVIEW_AFTER_MS = 300;

export type Target = NonNullable<RunFormQuery['deployment']>;

export function useTarget(name: string | null) {
  const can = useCan();
  const variables = {
    name: name ?? '',
    withFlow: can('FLOWS_READ'),
    withPayloads: can('PAYLOADS_READ'),
    withRuns: can('RUNS_READ') && can('PAYLOADS_READ'),
  };
  return useGql(RunFormDocument, variables, { enabled: name !== null });
}

export interface RunForm {
  /** Null where the flow may not be read: then there is only JSON. */
  schema: Schema | null;
  /** What a run gets without being told; null where that may not be read. */
  base: Values | null;
  given: Values;
  setGiven: (given: Values) => void;
  executor: Executor | null;
  setExecutor: (executor: Executor | null) => void;
  tags: Record<string, string>;
  setTags: (tags: Record<string, string>) => void;
  problems: readonly Problem[];
  /** Text that is no JSON yet, by path: it holds the start back. */
  setBroken: (path: string, message: string | null) => void;
  /** Shows what is missing, too. */
  isStrict: boolean;
  preview: ReturnType<typeof usePreview>;
  start: () => void;
  isStarting: boolean;
  refusal: GqlError | null;
}

export function useRunForm(target: Target, { initialParameters, initialExecutor, onOpenChange }: RunDialogProps): RunForm {
  const schema = useMemo(() => (target.flow ? asSchema(target.flow.parametersSchema) : null), [target.flow]);
  const base = useMemo(
    () => (target.parameters === undefined ? null : baseValues(schema ?? {}, target.parameters)),
    [schema, target.parameters],
  );
  const [given, setGiven] = useState<Values>(() => differing(initialParameters ?? {}, base));
  const [executor, setExecutor] = useState((initialExecutor as Executor | undefined) ?? null);
  const [tags, setTags] = useState<Record<string, string>>({});
  const [isStrict, setStrict] = useState(initialParameters !== undefined);
  const input = useMemo(() => ({ deploymentId: target.id, parameters: given, executor }), [target.id, given, executor]);
  const preview = usePreview(input);
  const { mutate, isPending, error } = useStart(input, tags, onOpenChange);
  const [broken, setBroken] = useBroken();
  const found = useProblems(schema, base, given, preview, error);
  const problems = useMemo(() => [...broken, ...found], [broken, found]);
  const start = () => {
    setStrict(true);
    if (problems.length === 0) return mutate();
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[role="dialog"] [aria-invalid="true"]')?.focus());
  };
  const refusal = error?.field ? null : error;
  const values = { schema, base, given, setGiven, executor, setExecutor, tags, setTags };
  return { ...values, problems, setBroken, isStrict, preview, start, isStarting: isPending, refusal };
}

function useBroken(): [readonly Problem[], RunForm['setBroken']] {
  const [broken, set] = useState<readonly Problem[]>([]);
  const setBroken = useCallback((path: string, message: string | null) => {
    set((was) => {
      const rest = was.filter((one) => one.path !== path);
      if (message) return [...rest, { path, message }];
      return rest.length === was.length ? was : rest;
    });
  }, []);
  return [broken, setBroken];
}

interface Input {
  deploymentId: string;
  parameters: Values;
  executor: Executor | null;
}

function usePreview(input: Input) {
  const settled = useSettled(input, PREVIEW_AFTER_MS);
  const query = useGql(RunPreviewDocument, { input: settled }, { placeholderData: keepPreviousData, staleTime: 0 });
  return { ...query, isCurrent: settled === input && query.isSuccess && !query.isPlaceholderData };
}

function useProblems(schema: Schema | null, base: Values | null, given: Values, preview: ReturnType<typeof usePreview>, error: GqlError | null): readonly Problem[] {
  const own = useMemo(() => (schema && base ? checked(schema, { ...base, ...given }) : []), [schema, base, given]);
  if (error?.field) return [{ path: error.field, message: error.message }];
  return preview.isCurrent ? (preview.data?.previewRun.problems ?? []) : own;
}

/** The same input asks with the same key, so a second click or a second try starts no second run. */
function useStart(input: Input, tags: Record<string, string>, onOpenChange: RunDialogProps['onOpenChange']) {
  const { navigate } = useNavigation();
  const request = useMemo(() => ({ ...input, tags, idempotencyKey: newKey() }), [input, tags]);
  const { mutate, reset, ...mutation } = useGqlMutation(StartRunDocument, {
    quiet: true,
    onSuccess: async ({ triggerRun: { run, created } }) => {
      const opens = opensStartedRun();
      const open = () => navigate(runPath(run.slug));
      await onOpenChange(false);
      if (opens) open();
      toast.success(created ? `Started ${run.slug}.` : `${run.slug} had been started already.`, opens ? {} : { action: { label: 'Open', onClick: open } });
    },
  });
  const isPending = useRef(false);
  useEffect(() => reset(), [request, reset]);
  const go = () => {
    if (isPending.current) return;
    isPending.current = true;
    mutate({ input: request }, { onSettled: () => (isPending.current = false) });
  };
  return { ...mutation, mutate: go };
}

/** `randomUUID` is there only in secure contexts, which a plain http address of a server is not. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `ui-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
