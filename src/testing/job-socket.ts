import { connect, createServer, type Socket } from 'node:net';
import { WorkerError } from '../errors.js';
import type { JobFact } from './ledger/records.js';
import type { Ledger } from './ledger.js';

/** A listener to which jobs report, apart from the channel between worker and child. */
export interface JobSocket {
  /** The loopback port, free of choice. */
  readonly port: number;
  /** What {@link reportToLedger} takes: `127.0.0.1:<port>`. */
  readonly address: string;
  /** Stops listening and drops every connection. */
  close(): Promise<void>;
}

/** Longer than any honest report; what exceeds it is cut off. */
const maxLine = 4_096;

/**
 * Listens on loopback for lines of JSON in which jobs say that they started or ended, writes them
 * into the ledger and acknowledges each. A line that is no such report cuts the connection.
 */
export async function createJobSocket(ledger: Pick<Ledger, 'record'>): Promise<JobSocket> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    readLines(socket, (line) => {
      const fact = toJobFact(line);
      if (fact) {
        ledger.record(fact);
        socket.write('ok\n');
      } else socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    port,
    address: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Tells a ledger in another process that a job started or ended, over a socket of its own.
 * Resolves when the record is written, so a job that awaits it cannot get ahead of the ledger.
 *
 * @throws WorkerError `ERR_CONNECTION_FAILED` when the ledger does not take it, or the error of the
 * socket.
 *
 * @example
 * await reportToLedger(address, { type: 'job.started', jobId: ctx.job.id, pid: process.pid });
 */
export function reportToLedger(address: string, record: JobFact): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    socket.once('connect', () => socket.write(`${JSON.stringify(record)}\n`));
    socket.once('data', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(refused()));
  });
}

const refused = () =>
  new WorkerError('ERR_CONNECTION_FAILED', 'The ledger closed the connection without a receipt.');

function readLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (rest.length > maxLine) socket.destroy();
  });
}

function toJobFact(line: string): JobFact | undefined {
  const value = parse(line);
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, jobId, pid } = value as Record<string, unknown>;
  if (type !== 'job.started' && type !== 'job.ended') return undefined;
  return typeof jobId === 'string' && typeof pid === 'number' ? { type, jobId, pid } : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
