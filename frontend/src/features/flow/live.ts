/** What a change of a run means for the page of its flow. Pure. */
import type { FlowDetailQuery, FlowRunFragment } from '@/gql/graphql';

const SHOWN = 100;

export function withRun(was: FlowDetailQuery, run: FlowRunFragment): FlowDetailQuery {
  if (!was.runs) return was;
  const { nodes } = was.runs;
  const isKnown = nodes.some(({ id }) => id === run.id);
  const next = isKnown ? nodes.map((one) => (one.id === run.id ? run : one)) : [run, ...nodes].slice(0, SHOWN);
  return { ...was, runs: { ...was.runs, nodes: next } };
}
