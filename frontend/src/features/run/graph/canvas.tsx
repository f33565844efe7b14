'use client';
import { ReactFlow, useStore, type NodeMouseHandler } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import './graph.css';
import { useMemo, useState, type KeyboardEvent } from 'react';
import { cn } from '@/lib/cn';
import { bestLayout } from '@/lib/graph-layout';
import { NODE_HEIGHT, NODE_WIDTH, viewOf } from '@/lib/graph-view';
import { parentOf, type Task } from '../live/model';
import { useRunPage } from '../run-context';
import { criticalPath } from './critical-path';
import { edgesOf, NodeCache, shapeOf, type TaskNode } from './nodes';
import { neighbour, type Arrow } from './step';
import { TaskEdgeView } from './task-edge';
import { TaskNodeView } from './task-node';
import { focusOf, useCentred, useFitted } from './viewport';

const NODE_TYPES = { task: TaskNodeView };
const EDGE_TYPES = { task: TaskEdgeView };
const NODE_SIZE = { nodeWidth: NODE_WIDTH, nodeHeight: NODE_HEIGHT };
const NONE: ReadonlySet<string> = new Set();
const LARGE = 200;
const FAR = 0.38;

interface Props {
  tasks: readonly Task[];
  children: ReadonlyMap<string, readonly Task[]>;
  found: ReadonlySet<string> | null;
  showsCritical: boolean;
  size: { width: number; height: number };
}

export function Canvas({ tasks, children, found, showsCritical, size }: Props) {
  const { model, selected, select } = useRunPage();
  const shape = shapeOf(tasks);
  const isTall = size.height > size.width * 0.9;
  // The shape stands for the tasks: their states must not move them. Nor must each pixel of a pane.
  const layout = useMemo(() => bestLayout(tasks.map(({ key, dependsOn }) => ({ id: key, dependsOn })), size, NODE_SIZE), [shape, isTall]);
  const critical = useStableSet(useMemo(() => (showsCritical ? criticalPath(model.tasks) : NONE), [showsCritical, model]));
  const isLarge = tasks.length > LARGE;
  const edges = useMemo(() => edgesOf(tasks, critical, layout, isLarge), [critical, layout, isLarge]);
  const [cache] = useState(() => new NodeCache());
  const nodes = cache.build(tasks, children, layout, { selected, critical, found });
  const isFar = useStore(({ transform }) => transform[2] < FAR);
  const focus = focusOf(tasks, selected);
  const { onMove } = useFitted(layout, size, focus);
  useCentred(selected, layout, size);
  const onNodeClick: NodeMouseHandler<TaskNode> = (_, { id }) => select(id === selected ? null : id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
    const from = selected === null ? null : (parentOf(selected) ?? selected);
    const next = from === null ? (tasks[0]?.key ?? null) : neighbour(from, event.key as Arrow, tasks, layout);
    if (next !== null) select(next);
  };
  return (
    <div
      role="group"
      aria-label="Tasks. Arrow keys go from one to the next; the Tasks tab lists them."
      tabIndex={0}
      onKeyDown={onKeyDown}
      className={cn('run-graph min-h-0 min-w-0 flex-1 -outline-offset-2', isFar && 'is-far')}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodeClick={onNodeClick}
        onPaneClick={() => select(null)}
        onlyRenderVisibleElements
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        minZoom={0.04}
        maxZoom={1.6}
        defaultViewport={viewOf(layout, size, layout.at.get(focus ?? ''))}
        onMove={onMove}
        disableKeyboardA11y
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        zoomActivationKeyCode={null}
      />
    </div>
  );
}

/** The same set as long as the same is in it. */
function useStableSet(next: ReadonlySet<string>): ReadonlySet<string> {
  const [kept, keep] = useState(next);
  const isSame = kept === next || (kept.size === next.size && [...next].every((one) => kept.has(one)));
  if (!isSame) keep(next);
  return isSame ? kept : next;
}
