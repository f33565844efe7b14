/** What differs between two versions of a flow. Pure. */
import { isRecord, same } from '@/lib/json';
import type { NodeMark } from '../graph/node';
import type { Spec, SpecTask } from '../spec';

export interface ValueChange {
  path: string;
  before: unknown;
  after: unknown;
}

export interface TaskChange {
  key: string;
  kind: NodeMark;
  changes: readonly ValueChange[];
}

export interface SpecDiff {
  tasks: readonly TaskChange[];
  /** Of the flow itself. */
  flow: readonly ValueChange[];
  parameters: readonly ValueChange[];
}

/** Said elsewhere, or of no interest. */
const APART: ReadonlySet<string> = new Set(['tasks', 'parameters']);

export function diffSpecs(before: Spec, after: Spec): SpecDiff {
  const without = (document: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(document).filter(([name]) => !APART.has(name)));
  return {
    tasks: diffTasks(before.tasks, after.tasks),
    flow: changesOf(without(before.document), without(after.document)),
    parameters: changesOf(propertiesOf(before), propertiesOf(after)),
  };
}

const propertiesOf = ({ document }: Spec): unknown => (isRecord(document.parameters) && isRecord(document.parameters.properties) ? document.parameters.properties : {});

function diffTasks(before: readonly SpecTask[], after: readonly SpecTask[]): TaskChange[] {
  const old = new Map(before.map((task) => [task.key, task]));
  const now = new Set(after.map(({ key }) => key));
  const removed = before.filter(({ key }) => !now.has(key)).map(({ key }): TaskChange => ({ key, kind: 'removed', changes: [] }));
  const others = after.flatMap((task): TaskChange[] => {
    const was = old.get(task.key);
    if (!was) return [{ key: task.key, kind: 'added', changes: [] }];
    const changes = changesOf(was.document, task.document);
    return changes.length > 0 ? [{ key: task.key, kind: 'changed', changes }] : [];
  });
  return [...removed, ...others];
}

/** Objects are entered; lists and plain values are compared whole. */
export function changesOf(before: unknown, after: unknown, path = ''): ValueChange[] {
  if (same(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => changesOf(before[name], after[name], path ? `${path}.${name}` : name));
}

/** The tasks of both, for one picture: a removed one stays where it was. */
export function unionOf(before: readonly SpecTask[], after: readonly SpecTask[]): SpecTask[] {
  const now = new Set(after.map(({ key }) => key));
  return [...after, ...before.filter(({ key }) => !now.has(key))];
}
