/** From tasks to what the graph draws. An unchanged task keeps its object, so that of a thousand
 *  nodes only those that changed are drawn again. Pure but for the memory of the last picture. */
import { Position, type Edge, type Node } from '@xyflow/react';
import type { TaskState } from '@/gql/graphql';
import { edgeId, type bestLayout, type Point } from '@/lib/graph-layout';
import { NODE_HEIGHT, NODE_WIDTH } from '@/lib/graph-view';
import type { Task } from '../live/model';
import { countsOf } from '../tabs/task-rows';
import { isTerminal } from '@/lib/states';

type Layout = ReturnType<typeof bestLayout>;

export interface Mapped {
  ended: number;
  total: number;
  counts: readonly [TaskState, number][];
}

export interface TaskNodeData extends Record<string, unknown> {
  task: Task;
  mapped: Mapped | null;
  isSelected: boolean;
  isCritical: boolean;
  isFaded: boolean;
  isDown: boolean;
}

export type TaskNode = Node<TaskNodeData, 'task'>;

/** What is to be seen of the tasks. */
export interface GraphLook {
  selected: string | null;
  critical: ReadonlySet<string>;
  /** Null: all of them. */
  found: ReadonlySet<string> | null;
}

export function mappedOf(task: Task, children: readonly Task[] | undefined): Mapped | null {
  if (!children && task.mapCount === null) return null;
  const ended = (children ?? []).filter(({ state }) => isTerminal(state)).length;
  return { ended, total: Math.max(task.mapCount ?? 0, children?.length ?? 0), counts: countsOf(children ?? []) };
}

export class NodeCache {
  private last = new Map<string, { node: TaskNode; children: readonly Task[] | undefined }>();
  private layout: Layout | undefined;

  build(tasks: readonly Task[], children: ReadonlyMap<string, readonly Task[]>, layout: Layout, look: GraphLook): TaskNode[] {
    const isMoved = layout !== this.layout;
    this.layout = layout;
    const next: typeof this.last = new Map();
    const nodes = tasks.map((task) => {
      const kept = isMoved ? undefined : this.last.get(task.key);
      const own = children.get(task.key);
      const node = this.node(task, own, layout, look, kept);
      next.set(task.key, { node, children: own });
      return node;
    });
    this.last = next;
    return nodes;
  }

  private node(
    task: Task,
    children: readonly Task[] | undefined,
    layout: Layout,
    { selected, critical, found }: GraphLook,
    kept: { node: TaskNode; children: readonly Task[] | undefined } | undefined,
  ): TaskNode {
    const isSelected = selected === task.key || (children?.some(({ key }) => key === selected) ?? false);
    const isCritical = critical.has(task.key);
    const isFaded = found !== null && !found.has(task.key);
    const data = kept?.node.data;
    const isSame =
      data?.task === task &&
      data.isSelected === isSelected &&
      data.isCritical === isCritical &&
      data.isFaded === isFaded &&
      sameTasks(kept?.children, children);
    if (kept && isSame) return kept.node;
    return nodeOf(task, layout, { task, mapped: mappedOf(task, children), isSelected, isCritical, isFaded, isDown: layout.direction === 'down' });
  }
}

function sameTasks(one: readonly Task[] | undefined, other: readonly Task[] | undefined): boolean {
  if (one === other) return true;
  return one !== undefined && other !== undefined && one.length === other.length && one.every((task, at) => task === other[at]);
}

/** Size and handles are given, so that nothing has to be measured before it is drawn. */
function nodeOf({ key }: Task, layout: Layout, data: TaskNodeData): TaskNode {
  const middle = data.isDown ? { x: NODE_WIDTH / 2, y: 0 } : { x: 0, y: NODE_HEIGHT / 2 };
  const end = data.isDown ? { ...middle, y: NODE_HEIGHT } : { ...middle, x: NODE_WIDTH };
  return {
    id: key,
    type: 'task',
    position: layout.at.get(key) ?? { x: 0, y: 0 },
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    measured: { width: NODE_WIDTH, height: NODE_HEIGHT },
    handles: [
      { width: 1, height: 1, type: 'target', position: data.isDown ? Position.Top : Position.Left, ...middle },
      { width: 1, height: 1, type: 'source', position: data.isDown ? Position.Bottom : Position.Right, ...end },
    ],
    data,
  };
}

export type TaskEdge = Edge<{ bends: readonly Point[] | undefined; isDown: boolean }, 'task'>;

/** Of a large graph they are straight lines, which are a third of the work. */
export function edgesOf(tasks: readonly Task[], critical: ReadonlySet<string>, layout: Layout, isLarge: boolean): Edge[] {
  const isDown = layout.direction === 'down';
  return tasks.flatMap(({ key, dependsOn }) =>
    dependsOn
      .filter((before) => layout.at.has(before))
      .map((before): Edge => {
        const id = edgeId(before, key);
        const className = critical.has(key) && critical.has(before) ? 'is-critical' : undefined;
        const ends = { id, source: before, target: key, className, focusable: false };
        return isLarge ? { ...ends, type: 'straight' } : { ...ends, type: 'task', data: { bends: layout.bends.get(id), isDown } };
      }),
  );
}

/** Changes when the flow's shape does, not when its tasks move on. */
export function shapeOf(tasks: readonly Task[]): string {
  return tasks.map(({ key, dependsOn }) => `${key}<${dependsOn.join()}`).join('|');
}
