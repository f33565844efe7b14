/** Collects the events of a subscription, newest first, and shows them at a readable pace. */
import type { GraphQLResult } from '@/lib/gql';

const REPAINT_DELAY_MS = 80;
const KEPT_EVENTS = 200;

export interface LiveAnswer {
  received: number;
  status: 'live' | 'complete' | 'failed';
  error?: unknown;
  events: unknown[];
}

export class LiveLog {
  private received = 0;
  private events: unknown[] = [];
  private status: LiveAnswer['status'] = 'live';
  private error: unknown;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly show: (answer: LiveAnswer) => void) {}

  add(event: GraphQLResult): void {
    this.received += 1;
    const shown = event.errors ? event : event.data;
    this.events = [shown, ...this.events].slice(0, KEPT_EVENTS);
    this.timer ??= setTimeout(() => this.flush(), REPAINT_DELAY_MS);
  }

  complete(): void {
    this.status = 'complete';
    this.flush();
  }

  /** What had arrived stays on the screen below the reason. */
  fail(error: unknown): void {
    this.status = 'failed';
    this.error = error;
    this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { received, status, error, events } = this;
    this.show({ received, status, error, events });
  }
}
