import type { Dashboard } from './use-dashboard';

export type FlowLoad = Dashboard['topFlows'][number];

export const ORDERS = ['runs', 'failures', 'time'] as const;

export type Order = (typeof ORDERS)[number];

const WEIGHT: Record<Order, (load: FlowLoad) => number> = {
  runs: ({ runs }) => runs,
  failures: ({ failed }) => failed,
  time: ({ totalDurationMs }) => totalDurationMs,
};

/** The largest first; equals stay in the server's order. */
export function sortedFlows(flows: readonly FlowLoad[], order: Order): FlowLoad[] {
  return [...flows].sort((one, other) => WEIGHT[order](other) - WEIGHT[order](one));
}
