/** The columns of the list: what they hold, how wide they are, who may read them. */
import type { ComponentType } from 'react';
import type { Permission } from '@/gql/graphql';
import * as cells from './cells';
import type { CellProps } from './cells';

export const COLUMN_IDS = [
  'state',
  'run',
  'flow',
  'tasks',
  'deployment',
  'trigger',
  'executor',
  'environment',
  'tags',
  'created',
  'wait',
  'started',
  'duration',
  'attempt',
  'by',
  'why',
] as const;

export type ColumnId = (typeof COLUMN_IDS)[number];

export interface Column {
  id: ColumnId;
  label: string;
  minPx: number;
  /** Its share of the room that is left. */
  grow?: number;
  isRight?: boolean;
  requires?: Permission;
  Cell: ComponentType<CellProps>;
}

const COLUMNS: readonly Column[] = [
  { id: 'state', label: 'State', minPx: 112, Cell: cells.State },
  { id: 'run', label: 'Run', minPx: 186, grow: 1, Cell: cells.Slug },
  { id: 'flow', label: 'Flow', minPx: 150, grow: 2, requires: 'FLOWS_READ', Cell: cells.Flow },
  { id: 'tasks', label: 'Tasks', minPx: 104, Cell: cells.Tasks },
  { id: 'deployment', label: 'Deployment', minPx: 130, grow: 1, requires: 'DEPLOYMENTS_READ', Cell: cells.Deployment },
  { id: 'trigger', label: 'Trigger', minPx: 86, Cell: cells.Trigger },
  { id: 'executor', label: 'Executor', minPx: 86, Cell: cells.Engine },
  { id: 'environment', label: 'Environment', minPx: 106, grow: 0.5, requires: 'ENVIRONMENTS_READ', Cell: cells.Environment },
  { id: 'tags', label: 'Tags', minPx: 80, grow: 0.6, Cell: cells.Tags },
  { id: 'created', label: 'Created', minPx: 88, isRight: true, Cell: cells.Created },
  { id: 'wait', label: 'Waited', minPx: 72, isRight: true, Cell: cells.Waited },
  { id: 'started', label: 'Started', minPx: 92, isRight: true, Cell: cells.Started },
  { id: 'duration', label: 'Duration', minPx: 148, isRight: true, Cell: cells.Length },
  { id: 'attempt', label: 'Attempt', minPx: 72, isRight: true, Cell: cells.Attempt },
  { id: 'by', label: 'Created by', minPx: 140, grow: 0.8, requires: 'EMAILS_READ', Cell: cells.Creator },
  { id: 'why', label: 'Reason', minPx: 180, grow: 2, Cell: cells.Why },
];

/** Those that fit a window of usual width; the rest is one menu away. */
export const DEFAULT_COLUMNS: readonly ColumnId[] = [
  'state',
  'run',
  'flow',
  'tasks',
  'trigger',
  'executor',
  'environment',
  'tags',
  'created',
  'duration',
];

/** A run without a name could not be opened. */
export const ALWAYS: readonly ColumnId[] = ['state', 'run'];

export const readableColumns = (can: (permission: Permission) => boolean): readonly Column[] =>
  COLUMNS.filter(({ requires }) => !requires || can(requires));

/** In the order of the table, whatever the order they were chosen in. */
export const shownColumns = (readable: readonly Column[], chosen: readonly ColumnId[]): readonly Column[] =>
  readable.filter(({ id }) => ALWAYS.includes(id) || chosen.includes(id));

export const tracks = (columns: readonly Column[]): string =>
  columns.map(({ minPx, grow }) => (grow ? `minmax(${minPx}px, ${grow}fr)` : `${minPx}px`)).join(' ');

export const leastWidth = (columns: readonly Column[]): number => columns.reduce((sum, { minPx }) => sum + minPx, 0);
