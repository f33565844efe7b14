/** A run's log outside React: lines are only ever added. A line's number is its place, from 1. */
import type { LogLevel, RunLinesSubscription } from '@/gql/graphql';

export type LogBatch = RunLinesSubscription['runLogBatches'];

export interface Line {
  number: number;
  at: string;
  level: LogLevel;
  /** With its colours. */
  message: string;
  /** Without them, for searching. */
  text: string;
  stream: string;
  taskKey: string | null;
  attempt: number | null;
}

/** A tab holds so many; the whole log is a download. */
export const MOST_LINES = 500_000;
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

export const withoutColours = (message: string): string =>
  message.includes('\u001b') ? message.replace(ESCAPES, '') : message;

export class LogStore {
  readonly lines: Line[] = [];
  cursor: string | null = null;
  status: 'waiting' | 'live' | 'complete' | 'full' = 'waiting';
  private version = 0;
  private frame: number | undefined;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Changes with the lines. */
  readonly snapshot = (): number => this.version;

  add({ cursor, lines }: LogBatch): void {
    this.cursor = cursor;
    for (const { message, taskKey = null, attempt = null, ...rest } of lines) {
      if (this.lines.length >= MOST_LINES) break;
      const text = withoutColours(message);
      this.lines.push({ ...rest, message, text, taskKey, attempt, number: this.lines.length + 1 });
    }
    this.status = this.lines.length >= MOST_LINES ? 'full' : 'live';
    this.changed();
  }

  complete(): void {
    if (this.status !== 'full') this.status = 'complete';
    this.changed();
  }

  /** Once a frame, however many batches come. */
  private changed(): void {
    this.version += 1;
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.listeners.forEach((listener) => listener());
    });
  }
}
