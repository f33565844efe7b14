import { memo } from 'react';
import type { Point } from '@/lib/graph-layout';
import { NODE_HEIGHT, NODE_WIDTH } from '@/lib/graph-view';
import type { SpecTask } from '../spec';

export const NODE = { nodeWidth: NODE_WIDTH, nodeHeight: NODE_HEIGHT } as const;
const LONGEST_NAME = 25;
const LONGEST_NOTE = 28;

export type NodeMark = 'added' | 'removed' | 'changed';

const MARKS: Readonly<Record<NodeMark, { sign: string; colour: string; dash?: string }>> = {
  added: { sign: '+', colour: 'var(--good)' },
  removed: { sign: '−', colour: 'var(--bad)', dash: '5 4' },
  changed: { sign: '~', colour: 'var(--warn)' },
};

interface NodeProps {
  task: SpecTask;
  place: Point;
  isSelected: boolean;
  /** Where the Tab key comes in. */
  isStop: boolean;
  mark?: NodeMark;
  onSelect: (key: string | null) => void;
}

export const GraphNode = memo(function GraphNode({ task, place, isSelected, isStop, mark, onSelect }: NodeProps) {
  const look = mark && MARKS[mark];
  const note = noteOf(task);
  const tone = look?.colour ?? 'var(--line-strong)';
  return (
    <g
      role="button"
      aria-pressed={isSelected}
      aria-label={[nameOf(task), mark, task.isMapped && 'mapped over a list', task.isConditional && 'conditional'].filter(Boolean).join(', ')}
      data-key={task.key}
      tabIndex={isStop ? 0 : -1}
      transform={`translate(${place.x} ${place.y})`}
      className="cursor-pointer outline-none [&:focus-visible>rect:last-of-type]:stroke-accent [&:focus-visible>rect:last-of-type]:stroke-3"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        onSelect(isSelected ? null : task.key);
      }}
    >
      <title>{task.description || task.name}</title>
      {task.isMapped && <rect x={4} y={4} width={NODE.nodeWidth} height={NODE.nodeHeight} rx={7} fill="var(--surface)" stroke="var(--line-strong)" />}
      <path d={BAR} fill={tone} />
      <rect width={NODE.nodeWidth} height={NODE.nodeHeight} rx={7} fill={isSelected ? 'var(--accent-soft)' : 'var(--surface)'} clipPath="inset(0 0 0 4px)" />
      <rect width={NODE.nodeWidth} height={NODE.nodeHeight} rx={7} fill="none" stroke={isSelected ? 'var(--accent)' : tone} strokeWidth={isSelected || look ? 2 : 1} strokeDasharray={look?.dash} />
      <text x={13} y={note ? 19 : 26} fontSize={12} fontWeight={500} fill="var(--text)">
        {cut(nameOf(task), LONGEST_NAME)}
      </text>
      <text x={13} y={35} fontSize={12} fill="var(--text-soft)">
        {cut(note, LONGEST_NOTE)}
      </text>
      {look && (
        <text x={NODE.nodeWidth - 12} y={18} textAnchor="middle" fontSize={14} fontWeight={700} fill={look.colour}>
          {look.sign}
        </text>
      )}
    </g>
  );
});

/** The left edge, thick as in the graph of a run, where it has the colour of the state. */
const BAR = `M7 0H8V${NODE_HEIGHT}H7A7 7 0 0 1 0 ${NODE_HEIGHT - 7}V7A7 7 0 0 1 7 0Z`;

const cut = (text: string, longest: number): string => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/** As the graph of a run has it: of tasks that are called the same the key tells which. */
const nameOf = ({ key, name }: SpecTask): string => (key.startsWith(name) ? key : name);

function noteOf({ key, name, isMapped, isConditional, description }: SpecTask): string {
  const words = [isMapped && 'for each', isConditional && 'when', !key.startsWith(name) && key].filter(Boolean).join(' · ');
  return words || description;
}
