'use client';
/** The run's tasks as a graph. A mapped task is one node. The list of tasks says the same in words. */
import { ReactFlowProvider } from '@xyflow/react';
import { useMemo } from 'react';
import { useSize } from '@/lib/use-size';
import { childrenOf, topTasks } from '../progress';
import { useRunPage } from '../run-context';
import { Canvas } from './canvas';
import { GraphToolbar } from './graph-toolbar';
import { useGraphWish } from './use-graph-wish';

export default function RunGraph() {
  const { model } = useRunPage();
  const wish = useGraphWish();
  const tasks = useMemo(() => topTasks(model), [model]);
  const children = useMemo(() => childrenOf(model), [model]);
  const found = wish.foundIn(tasks, children);
  const [frame, size] = useSize<HTMLDivElement>();
  return (
    <ReactFlowProvider>
      <section aria-label="Graph of the tasks" className="flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-surface">
        <GraphToolbar wish={wish} tasks={tasks} found={found} />
        <div ref={frame} className="flex min-h-0 flex-1">
          {/* How large it is decides how it is laid out. */}
          {size.width > 0 && <Canvas tasks={tasks} children={children} found={found} showsCritical={wish.showsCritical} size={size} />}
        </div>
      </section>
    </ReactFlowProvider>
  );
}
