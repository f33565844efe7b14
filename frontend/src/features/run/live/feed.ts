/** Holds a run's model outside React, and tells of changes at a pace that a screen can follow. */
import { EMPTY, type Run, type RunEvent, type RunModel } from './model';
import { withEvents, withRows } from './reduce';

const PACE_MS = 80;
const MANY_TASKS = 300;
const PACE_MANY_MS = 240;

export class RunFeed {
  /** Of the last event: where to go on after a reconnection. */
  cursor: string | null = null;
  private model: RunModel = EMPTY;
  private lastRead: Run | undefined;
  private told: RunEvent[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): RunModel => this.model;

  /** Tells nobody: it is called while the page is drawn with this reading, and just before it looks. */
  read(run: Run): void {
    if (run === this.lastRead) return;
    this.lastRead = run;
    this.model = withRows(this.model, run);
  }

  tell(event: RunEvent): void {
    this.cursor = event.cursor;
    this.told.push(event);
    // The first and the last word about a run are shown at once.
    if (event.taskKey == null || event.type === 'RUN_FINISHED') return this.flush();
    this.timer ??= setTimeout(() => this.flush(), this.model.tasks.size > MANY_TASKS ? PACE_MANY_MS : PACE_MS);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const told = this.told;
    this.told = [];
    this.change(withEvents(this.model, told));
  }

  private change(model: RunModel): void {
    if (model === this.model) return;
    this.model = model;
    this.listeners.forEach((listener) => listener());
  }
}
