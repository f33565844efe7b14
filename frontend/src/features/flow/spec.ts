/** What the page reads out of a FlowSpec document. It may come from a newer SDK, so nothing is taken for granted. */
import { isRecord, writeJson } from '@/lib/json';

export interface SpecTask {
  key: string;
  name: string;
  description: string;
  dependsOn: readonly string[];
  isMapped: boolean;
  isConditional: boolean;
  /** As the document has it, for what is shown as JSON and compared. */
  document: Readonly<Record<string, unknown>>;
}

export interface Spec {
  tasks: readonly SpecTask[];
  entrypoint: string;
  document: Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function specOf(value: unknown): Spec {
  const document = isRecord(value) ? value : {};
  return { document, entrypoint: text(document.entrypoint), tasks: list(document.tasks).filter(isRecord).map(taskOf) };
}

function taskOf(document: Readonly<Record<string, unknown>>): SpecTask {
  const key = text(document.key);
  return {
    key,
    name: text(document.name) || key,
    description: text(document.description),
    dependsOn: list(document.depends_on).filter((one) => typeof one === 'string'),
    isMapped: list(document.map_inputs).length > 0,
    isConditional: list(document.when).length > 0,
    document,
  };
}

/** Settings of a task that are not what they are without being said, as words. */
export function settingsOf({ document }: SpecTask): [name: string, value: string][] {
  const retry = isRecord(document.retry) ? document.retry : {};
  const found: [string, unknown, string?][] = [
    ['Retries', retry.retries || null],
    ['Time limit', document.timeout_seconds, ' s'],
    ['Memory limit', document.memory_limit_mb, ' MB'],
    ['Executor', document.executor],
    ['At once', document.concurrency_limit],
    ['Cached by', document.cache_key],
    ['Cached for', document.cache_ttl_seconds, ' s'],
    ['Isolated process', document.isolate ? 'yes' : null],
  ];
  return found.filter(([, value]) => value !== null && value !== undefined).map(([name, value, unit = '']) => [name, `${typeof value === 'object' ? writeJson(value) : String(value)}${unit}`]);
}

/** Where an argument's value comes from: a parameter, another task, a constant. */
export function inputText(value: unknown): string {
  if (!isRecord(value)) return writeJson(value);
  const path = list(value.path).map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  if (value.kind === 'param') return `parameter ${text(value.name)}${path}`;
  if (value.kind === 'task') return `result of ${text(value.key)}${path}`;
  if (value.kind === 'const') return writeJson(value.value);
  return writeJson(value);
}
