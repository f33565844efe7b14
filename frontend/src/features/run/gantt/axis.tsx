import { duration } from '@/lib/format';
import { percentOf, ticks, type Span } from './scale';

const MARK_PX = 76;

/** Time since the run's start. */
export function Axis({ span, whole, labels, width }: { span: Span; whole: Span; labels: number; width: number }) {
  const most = Math.max(2, Math.floor((width - labels) / MARK_PX));
  return (
    <div aria-hidden className="relative h-6 shrink-0 overflow-hidden border-b border-line text-2xs text-soft" style={{ marginLeft: labels, marginRight: 8 }}>
      {width > 0 &&
        ticks(span, whole, most).map((at) => (
          <span key={at} className="absolute inset-y-0 border-l border-line pl-1 leading-6 whitespace-nowrap" style={{ left: `${percentOf(span, at)}%` }}>
            {at === whole.from ? '0' : duration(at - whole.from)}
          </span>
        ))}
    </div>
  );
}
