'use client';
import { BaseEdge, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { edgePath } from '@/lib/edge-path';
import type { TaskEdge } from './nodes';

const NONE: readonly never[] = [];

export const TaskEdgeView = memo(function TaskEdgeView({ id, sourceX, sourceY, targetX, targetY, data }: EdgeProps<TaskEdge>) {
  const path = edgePath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, data?.bends ?? NONE, data?.isDown ? 'down' : 'right');
  return <BaseEdge id={id} path={path} interactionWidth={0} />;
});
