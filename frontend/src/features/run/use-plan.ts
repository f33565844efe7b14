'use client';
/** A run that no worker has taken has no task rows yet: until then its flow's plan stands for them. */
import { useMemo } from 'react';
import { RunPlanDocument } from '@/gql/graphql';
import { useCan } from '@/lib/can';
import { isTerminal } from '@/lib/states';
import { useGql } from '@/lib/use-gql';
import { plannedTask, type Run, type RunModel } from './live/model';

interface PlannedTask {
  key: string;
  name?: string;
  depends_on?: string[];
}

export function usePlan(slug: string, model: RunModel, run: Run | null | undefined): RunModel {
  const mayRead = useCan()('FLOWS_READ');
  const isOpen = run != null && model.tasks.size === 0 && !isTerminal(model.state);
  const { data } = useGql(RunPlanDocument, { slug }, { enabled: isOpen && mayRead, staleTime: Infinity });
  const spec: unknown = data?.run?.flow.spec;
  return useMemo(() => (isOpen && spec ? { ...model, tasks: tasksOf(spec) } : model), [isOpen, spec, model]);
}

function tasksOf(spec: unknown): RunModel['tasks'] {
  const { tasks = [] } = spec as { tasks?: PlannedTask[] };
  return new Map(tasks.map(({ key, name, depends_on }) => [key, plannedTask(key, name ?? key, depends_on ?? [])]));
}
