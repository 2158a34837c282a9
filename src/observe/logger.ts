import { styleText } from 'node:util';
import type { Logger } from '../options.js';
import type { LogLine } from './log-lines.js';
import { redact, redactText } from './log-redact.js';
import { type LogStream, openLogStream, type StandardStream } from './log-stream.js';
import { paintWith, toPretty } from './pretty.js';

/** Where lines go. Writing never throws. */
export interface LogSink {
  write(line: LogLine, time?: number): void;
  /** Resolves when everything has left this process, or cannot. Nothing is written after it. */
  close(): Promise<void>;
}

/** Colour as `--color` has it. */
export type ColourChoice = 'auto' | 'always' | 'never';

const levels: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];
/** Names that a line has already; a job's field with such a name is renamed. */
const taken = new Set(['level', 'time', 'event', 'msg']);

/** Lets lines of a level and above through, and keeps secrets back. */
export const filtered = (level: string, sink: LogSink): LogSink => ({
  write: (line, time) => {
    if (levels.indexOf(line.level) < levels.indexOf(level)) return;
    sink.write(
      { ...line, msg: redactText(line.msg), fields: redact(line.fields) as LogLine['fields'] },
      time,
    );
  },
  close: () => sink.close(),
});

/** Lines of JSON for machines. */
export async function jsonSink(
  opened: Promise<LogStream> = openLogStream(process.stdout),
): Promise<LogSink> {
  const [{ default: pino }, stream] = await Promise.all([import('pino'), opened]);
  const logger = pino(
    {
      level: 'trace',
      base: null,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
      // Errors come as plain data, which pino's own serializer would take for an error of type Object.
      serializers: { err: (err) => err },
    },
    stream,
  );
  return {
    write: ({ level, event, msg, fields }, time = Date.now()) =>
      logger[level]({ time: new Date(time).toISOString(), event, ...renamed(fields) }, msg),
    close: stream.close,
  };
}

/** Lines for people. A terminal is written to at once, so that a prompt comes after the lines. */
export async function prettySink(
  terminal: StandardStream,
  colour: ColourChoice = 'auto',
): Promise<LogSink> {
  const paint = paintWith(isColourful(terminal, colour));
  const stream = terminal.isTTY
    ? { write: (text: string) => terminal.write(text), close: async () => {} }
    : await openLogStream(terminal);
  return {
    write: (line, time = Date.now()) => stream.write(`${toPretty(line, new Date(time), paint)}\n`),
    close: stream.close,
  };
}

/** Lines into a logger of the user, whose own faults are no fault of the worker. */
export const loggerSink = (logger: Logger): LogSink => ({
  write: ({ level, event, msg, fields }) => {
    try {
      logger[level]({ event, ...renamed(fields) }, msg);
    } catch {}
  },
  close: async () => {},
});

/** Whether a stream gets colours; `auto` follows `FORCE_COLOR`, `NO_COLOR` and the terminal. */
export const isColourful = (stream: NodeJS.WriteStream, choice: ColourChoice): boolean =>
  choice === 'auto' ? styleText('red', '.', { stream }) !== '.' : choice === 'always';

const renamed = (fields: LogLine['fields']): LogLine['fields'] =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [taken.has(name) ? `${name}_` : name, value]),
  );
