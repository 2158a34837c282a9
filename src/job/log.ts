import type { ToParent } from '../protocol/child-messages.js';
import { textOf } from './failure.js';
import { isError, shorten, toPlain } from './plain.js';

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

/** Fields that a job adds to each of its lines. They may change. */
export interface LogContext {
  fields: Record<string, unknown>;
}

interface LogInput {
  /** The least level that is written, asked for each line; `silent` writes none. */
  readonly level: () => string;
  readonly fields: object;
  /** What each line carries as well, where neither it nor its log says otherwise. */
  readonly context?: LogContext;
  readonly write: (line: Extract<ToParent, { type: 'log' }>) => void;
}

/** A log that hands plain lines to `write`. It never throws, whatever it is given. */
export function createLog({ level, fields, context, write }: LogInput): JobLog {
  const fixed = fieldsOf(fields);
  const method =
    (name: LogLevel): LogMethod =>
    // Whatever JavaScript hands over: a line that is none would end the process.
    (first: unknown, message?: unknown) => {
      if (severities[name] < leastSeverity(level())) return;
      const isText = typeof first === 'string';
      write({
        type: 'log',
        level: name,
        message: wordsOf(isText ? first : (message ?? (isError(first) ? first : ''))),
        // Copied apart, so that a line of any length keeps what tells whose it is.
        fields: {
          ...(context && fieldsOf(context.fields)),
          ...(isText ? {} : fieldsOf(first)),
          ...fixed,
        },
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
    // Its own come first, so that no length pushes them out, and last, so that they count.
    child: (more) =>
      createLog({
        ...{ level, write, ...(context && { context }) },
        fields: { ...fixed, ...fieldsOf(more), ...fixed },
      }),
  };
}

const leastSeverity = (level: string): number => {
  if (level === 'silent') return Number.POSITIVE_INFINITY;
  return Object.hasOwn(severities, level) ? severities[level as LogLevel] : severities.info;
};

const wordsOf = (value: unknown): string =>
  typeof value === 'string' ? shorten(value) : textOf(value);

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const plain = isError(value) ? { err: toPlain(value) } : toPlain(value);
  if (plain === undefined || plain === null) return {};
  return typeof plain === 'object' && !Array.isArray(plain)
    ? (plain as Record<string, unknown>)
    : { value: plain };
}
