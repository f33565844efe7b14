'use client';
/** What stands where no run does. */
import { SearchX } from 'lucide-react';
import { EmptyState } from '@/components/notes';
import { Button } from '@/components/ui/button';
import { useEnvironment } from '@/lib/environment';

interface NoneHereProps {
  isFiltered: boolean;
  onClear: () => void;
  /** Null where the viewer may start nothing. */
  onStart: (() => void) | null;
}

export default function NoneHere({ isFiltered, onClear, onStart }: NoneHereProps) {
  const [environment] = useEnvironment();
  return isFiltered || environment ? <NoneMatch onClear={onClear} /> : <NoneYet onStart={onStart} />;
}

function NoneYet({ onStart }: { onStart: (() => void) | null }) {
  return (
    <EmptyState
      title="No runs yet"
      snippet={'dagy deploy FILE.py:FLOW\ndagy trigger DEPLOYMENT'}
      action={
        onStart && (
          <Button variant="primary" className="mt-2" onClick={onStart}>
            Run a flow
          </Button>
        )
      }
    >
      Deploy a flow and run it to see it here. <code>dagy deployments list</code> lists what you can run.
    </EmptyState>
  );
}

function NoneMatch({ onClear }: { onClear: () => void }) {
  const [environment, setEnvironment] = useEnvironment();
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title="No matching runs"
      action={
        <span className="mt-2 flex gap-2">
          <Button onClick={onClear}>Clear the filters</Button>
          {environment && <Button onClick={() => setEnvironment(null)}>All environments</Button>}
        </span>
      }
    >
      {environment ? `No runs in ${environment} match these filters.` : 'No runs match these filters.'} New ones appear as they come.
    </EmptyState>
  );
}
