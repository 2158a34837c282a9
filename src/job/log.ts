import type { ToParent } from '../protocol/child-messages.js';
import { shorten, toPlain } from './plain.js';

const severities = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

/** How much a log line matters. */
export type LogLevel = keyof typeof severities;

/** Writes a line: fields and a text, or one of them. An `Error` counts as the field `err`. */
export interface LogMethod {
  (message: string): void;
  (fields: object, message?: string): void;
}

/**
 * The log of a job. Lines go to the worker, which writes them in its own format; each carries
 * `job_id` and `pid`. Names of rooms and people belong into fields, not into the text.
 *
 * @example
 * ctx.log.info({ turns: 3 }, 'call ended');
 * ctx.log.error(error);
 */
export type JobLog = { readonly [Level in LogLevel]: LogMethod } & {
  /** A log whose lines carry these fields too. */
  child(fields: object): JobLog;
};

interface LogInput {
  /** The least level that is written, asked for each line; `silent` writes none. */
  readonly level: () => string;
  readonly fields: object;
  readonly write: (line: Extract<ToParent, { type: 'log' }>) => void;
}

/** A log that hands plain lines to `write`. It never throws, whatever it is given. */
export function createLog({ level, fields, write }: LogInput): JobLog {
  const method =
    (name: LogLevel): LogMethod =>
    (first: string | object, message?: string) => {
      if (severities[name] < leastSeverity(level())) return;
      const own = typeof first === 'string' ? {} : first instanceof Error ? { err: first } : first;
      write({
        type: 'log',
        level: name,
        message: shorten(typeof first === 'string' ? first : (message ?? messageOf(first))),
        fields: toPlain({ ...own, ...fields }) as Record<string, unknown>,
        time: Date.now(),
      });
    };

  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    child: (more) => createLog({ level, write, fields: { ...more, ...fields } }),
  };
}

const leastSeverity = (level: string): number => {
  if (level === 'silent') return Number.POSITIVE_INFINITY;
  return Object.hasOwn(severities, level) ? severities[level as LogLevel] : severities.info;
};

const messageOf = (value: object): string => (value instanceof Error ? value.message : '');
