'use client';
import { ArrowDownToLine, ChevronDown, ChevronUp, Clock, Download, WrapText, X } from 'lucide-react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { Button, buttonStyle } from '@/components/ui/button';
import { IconButton } from '@/components/ui/icon-button';
import { Input, Select } from '@/components/ui/input';
import { Tooltip } from '@/components/ui/tooltip';
import type { LogLevel } from '@/gql/graphql';
import { cn } from '@/lib/cn';
import { count as number, plural, sentence } from '@/lib/format';
import { useRunPage } from '../run-context';
import { LEVELS } from './filter';
import type { useLogView } from './use-log-view';

interface Props {
  state: ReturnType<typeof useLogView>;
  field: RefObject<HTMLInputElement | null>;
  onFollow: (isFollowed: boolean) => void;
  wraps: boolean;
  onWraps: (wraps: boolean) => void;
  showsTimes: boolean;
  onTimes: (shows: boolean) => void;
}

export function LogToolbar({ state, field, onFollow, wraps, onWraps, showsTimes, onTimes }: Props) {
  const { selected, select } = useRunPage();
  const { level, setLevel, count, isFollowed } = state;
  return (
    <div className="flex flex-wrap items-center gap-1.5 border-b border-line px-2 py-1.5" data-no-print>
      <Search state={state} field={field} />
      <Select aria-label="Minimum level" value={level} onChange={({ target }) => void setLevel(target.value as LogLevel)} className="w-auto! h-7! text-xs">
        {LEVELS.map((one) => (
          <option key={one} value={one}>
            {levelText(one)}
          </option>
        ))}
      </Select>
      {selected !== null && (
        <Button size="sm" onClick={() => select(null)} aria-label={`Show lines of all tasks, not only ${selected}`}>
          <span className="max-w-40 truncate">{selected}</span> <X aria-hidden className="size-3.5!" />
        </Button>
      )}
      <span className="ml-auto text-xs whitespace-nowrap text-soft">{plural(count, 'line')}</span>
      <Toggle label="Follow new lines (f)" isOn={isFollowed} onClick={() => onFollow(!isFollowed)}>
        <ArrowDownToLine aria-hidden />
      </Toggle>
      <Toggle label="Wrap long lines" isOn={wraps} onClick={() => onWraps(!wraps)}>
        <WrapText aria-hidden />
      </Toggle>
      <Toggle label="Show times" isOn={showsTimes} onClick={() => onTimes(!showsTimes)}>
        <Clock aria-hidden />
      </Toggle>
      <DownloadLink />
    </div>
  );
}

function levelText(level: LogLevel): string {
  if (level === 'DEBUG') return 'All levels';
  const name = level === 'STDERR' ? 'Standard error' : sentence(level);
  return level === 'CRITICAL' ? name : `${name} and up`;
}

function Search({ state, field }: Pick<Props, 'state' | 'field'>) {
  const { text, search, matches, match, go } = state;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') field.current?.blur();
    if (event.key !== 'Enter') return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  };
  return (
    <div className="flex min-w-0 flex-1 basis-52 items-center gap-1 sm:max-w-sm">
      <Input
        ref={field}
        type="search"
        aria-label="Search the log"
        placeholder="Search the log …"
        value={text}
        onChange={({ target }) => search(target.value)}
        onKeyDown={onKeyDown}
        className="h-7! text-xs"
      />
      {text && (
        <>
          <span role="status" className="text-xs whitespace-nowrap text-soft">
            {match >= 0 ? `${number(match + 1)} of ${number(matches.rows.length)}` : number(matches.rows.length)}
          </span>
          <IconButton size="sm" label="Previous match (Shift+Enter)" disabled={matches.rows.length === 0} onClick={() => go(-1)}>
            <ChevronUp aria-hidden />
          </IconButton>
          <IconButton size="sm" label="Next match (Enter)" disabled={matches.rows.length === 0} onClick={() => go(1)}>
            <ChevronDown aria-hidden />
          </IconButton>
        </>
      )}
    </div>
  );
}

function Toggle({ label, isOn, onClick, children }: { label: string; isOn: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <IconButton size="sm" label={label} aria-pressed={isOn} onClick={onClick} className={cn(isOn && 'bg-accent-soft text-accent!')}>
      {children}
    </IconButton>
  );
}

/** The server writes the file; of the selected task alone, if there is one. */
function DownloadLink() {
  const { run, selected } = useRunPage();
  const query = new URLSearchParams({ run: run.slug, ...(selected === null ? {} : { task: selected }) });
  const label = selected === null ? 'Download the log' : `Download the log of ${selected}`;
  return (
    <Tooltip text={label}>
      <a href={`/export/logs?${query.toString()}`} download aria-label={label} className={cn(buttonStyle({ variant: 'ghost', size: 'sm' }), 'w-7 px-0!')}>
        <Download aria-hidden />
      </a>
    </Tooltip>
  );
}
