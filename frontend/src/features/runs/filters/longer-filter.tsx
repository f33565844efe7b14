'use client';
/** Ended runs that took at least so long. */
import { lazy } from 'react';
import { duration } from '@/lib/format';
import { span } from '../span';
import { PanelChip } from './panel-chip';

const Panel = lazy(() => import('./longer-panel'));

export function LongerFilter({ value, onChange }: { value: string | null; onChange: (longer: string | null) => void }) {
  const ms = value ? span(value) : null;
  return (
    <PanelChip name="Longer than" label="How long the runs took" value={ms === null ? null : duration(ms)} className="w-60 p-3">
      {(close) => (
        <Panel
          value={value}
          onChange={(longer) => {
            close();
            onChange(longer);
          }}
        />
      )}
    </PanelChip>
  );
}
