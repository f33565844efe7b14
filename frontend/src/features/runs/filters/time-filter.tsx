'use client';
/** When runs were created: a span back from now, or between two moments. */
import { lazy } from 'react';
import { PanelChip } from './panel-chip';
import { inWords, type Times } from './times';

const Panel = lazy(() => import('./time-panel'));

export function TimeFilter({ value, onChange }: { value: Times; onChange: (times: Times) => void }) {
  return (
    <PanelChip name="Created" label="When the runs were created" value={inWords(value)} className="w-72 p-3">
      {(close) => (
        <Panel
          value={value}
          onChange={(times) => {
            close();
            onChange(times);
          }}
        />
      )}
    </PanelChip>
  );
}
