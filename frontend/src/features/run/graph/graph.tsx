'use client';
/** The run's tasks as a graph. A mapped task is one node. The list of tasks says the same in words. */
import { ReactFlow, ReactFlowProvider, useReactFlow, useStore, type NodeMouseHandler } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import './graph.css';
import { useEffect, useEffectEvent, useMemo, useState, type KeyboardEvent } from 'react';
import { cn } from '@/lib/cn';
import { bestLayout } from '@/lib/graph-layout';
import { useSize } from '@/lib/use-size';
import { childrenOf, topTasks } from '../progress';
import { useRunPage } from '../run-context';
import { criticalPath } from './critical-path';
import { GraphToolbar } from './graph-toolbar';
import { edgesOf, NODE_HEIGHT, NODE_WIDTH, NodeCache, shapeOf, type TaskNode } from './nodes';
import { neighbour, type Arrow } from './step';
import { TaskEdgeView } from './task-edge';
import { TaskNodeView } from './task-node';
import { useGraphWish } from './use-graph-wish';
import { parentOf } from '../live/model';

const NODE_TYPES = { task: TaskNodeView };
const EDGE_TYPES = { task: TaskEdgeView };
const NODE_SIZE = { nodeWidth: NODE_WIDTH, nodeHeight: NODE_HEIGHT };
const NONE: ReadonlySet<string> = new Set();
const LARGE = 200;
const FAR = 0.38;
const FIT = { padding: 0.08, maxZoom: 1 };

export default function RunGraph() {
  return (
    <ReactFlowProvider>
      <Graph />
    </ReactFlowProvider>
  );
}

function Graph() {
  const { model, selected, select } = useRunPage();
  const wish = useGraphWish();
  const tasks = useMemo(() => topTasks(model), [model]);
  const children = useMemo(() => childrenOf(model), [model]);
  const shape = shapeOf(tasks);
  const [frame, size] = useSize<HTMLDivElement>();
  const isTall = size.height > size.width * 0.9;
  // The shape stands for the tasks: their states must not move them. Nor must each pixel of a pane.
  const layout = useMemo(() => bestLayout(tasks.map(({ key, dependsOn }) => ({ id: key, dependsOn })), size, NODE_SIZE), [shape, isTall, size.width > 0]);
  const critical = useStableSet(useMemo(() => (wish.showsCritical ? criticalPath(model.tasks) : NONE), [wish.showsCritical, model]));
  const isLarge = tasks.length > LARGE;
  const edges = useMemo(() => edgesOf(tasks, critical, layout, isLarge), [critical, layout, isLarge]);
  const found = wish.foundIn(tasks, children);
  const [cache] = useState(() => new NodeCache());
  const nodes = cache.build(tasks, children, layout, { selected, critical, found });
  const isFar = useStore(({ transform }) => transform[2] < FAR);
  useCentred(selected, layout);
  useFitted(`${layout.direction}${shape}`);
  const onNodeClick: NodeMouseHandler<TaskNode> = (_, { id }) => select(id === selected ? null : id);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.key.startsWith('Arrow') || (event.target as HTMLElement).closest('input, select')) return;
    event.preventDefault();
    const from = selected === null ? null : (parentOf(selected) ?? selected);
    const next = from === null ? (tasks[0]?.key ?? null) : neighbour(from, event.key as Arrow, tasks, layout);
    if (next !== null) select(next);
  };
  return (
    <section
      aria-label="Graph of the tasks. Arrow keys go from task to task."
      tabIndex={0}
      onKeyDown={onKeyDown}
      className={cn('run-graph flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface -outline-offset-2', isFar && 'is-far')}
    >
      <GraphToolbar wish={wish} tasks={tasks} found={found} />
      <div ref={frame} className="min-h-0 flex-1">
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
          fitView
          fitViewOptions={FIT}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          zoomActivationKeyCode={null}
        />
      </div>
    </section>
  );
}

/** The same set as long as the same is in it. */
function useStableSet(next: ReadonlySet<string>): ReadonlySet<string> {
  const [kept, keep] = useState(next);
  const isSame = kept === next || (kept.size === next.size && [...next].every((one) => kept.has(one)));
  if (!isSame) keep(next);
  return isSame ? kept : next;
}

/** The selected task comes into sight when it was chosen elsewhere. */
function useCentred(selected: string | null, layout: ReturnType<typeof bestLayout>): void {
  const { setCenter, getViewport } = useReactFlow();
  const size = useStore(({ width, height }) => `${width}x${height}`);
  const centre = useEffectEvent((key: string) => {
    const point = layout.at.get(parentOf(key) ?? key);
    const [width = 0, height = 0] = size.split('x').map(Number);
    if (!point || width === 0) return;
    const { x, y, zoom } = getViewport();
    const left = point.x * zoom + x;
    const top = point.y * zoom + y;
    const isInSight = left >= 0 && top >= 0 && left + NODE_WIDTH * zoom <= width && top + NODE_HEIGHT * zoom <= height;
    if (!isInSight) void setCenter(point.x + NODE_WIDTH / 2, point.y + NODE_HEIGHT / 2, { zoom: Math.max(zoom, 0.6), duration: 200 });
  });
  useEffect(() => {
    if (selected !== null) centre(selected);
  }, [selected]);
}

/** The whole of it again when the flow's shape has changed. */
function useFitted(shape: string): void {
  const { fitView } = useReactFlow();
  useEffect(() => {
    const frame = requestAnimationFrame(() => void fitView(FIT));
    return () => cancelAnimationFrame(frame);
  }, [shape, fitView]);
}
