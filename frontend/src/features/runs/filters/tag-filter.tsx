'use client';
/** Runs that have all of the chosen tags. */
import { lazy } from 'react';
import { PanelChip } from './panel-chip';
import type { TagPanelProps } from './tag-panel';

const Panel = lazy(() => import('./tag-panel'));

export function TagFilter(props: TagPanelProps) {
  return (
    <PanelChip name="Tags" label="Tags of the runs" value={props.value.join(', ') || null} className="w-72 p-3">
      {() => <Panel {...props} />}
    </PanelChip>
  );
}
