/** What the form of a deployment holds, and what it sends. Pure. */
import type { Executor } from '@/gql/graphql';
import { isRecord } from '@/lib/json';
import { tagsOf } from '@/lib/tags';
import type { Deployment } from './deployments';

export interface Draft {
  name: string;
  version: string;
  /** Undefined: it may not be read, so it is not sent either. */
  environment?: string | null;
  executor: Executor | null;
  concurrencyLimit: string;
  slaSeconds: string;
  tags: Record<string, string>;
  parameters?: Record<string, unknown>;
}

export function draftOf(deployment: Deployment | null, flow: { name: string; version: string }): Draft {
  if (!deployment) {
    return { name: '', version: flow.version, environment: null, executor: null, concurrencyLimit: '', slaSeconds: '', tags: {}, parameters: {} };
  }
  const { name, defaultExecutor, concurrencyLimit, slaSeconds, tags, parameters } = deployment;
  return {
    name,
    version: deployment.flow.version,
    environment: deployment.environment === undefined ? undefined : (deployment.environment?.name ?? null),
    executor: defaultExecutor ?? null,
    concurrencyLimit: concurrencyLimit == null ? '' : String(concurrencyLimit),
    slaSeconds: slaSeconds == null ? '' : String(slaSeconds),
    tags: Object.fromEntries(tagsOf(tags)),
    parameters: isRecord(parameters) ? parameters : undefined,
  };
}

/** From 1; null for nothing, undefined for what is none. */
export function wholeNumber(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^[1-9]\d{0,8}$/.test(trimmed) ? Number(trimmed) : undefined;
}

export function inputOf(draft: Draft, { flowName, isNew }: { flowName: string; isNew: boolean }) {
  const { name, version, environment, executor, tags, parameters } = draft;
  return {
    name: name.trim(),
    flowName,
    flowVersion: version,
    defaultExecutor: executor,
    concurrencyLimit: wholeNumber(draft.concurrencyLimit) ?? null,
    slaSeconds: wholeNumber(draft.slaSeconds) ?? null,
    tags,
    ...(environment === undefined || (isNew && environment === null) ? {} : { environment }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}
