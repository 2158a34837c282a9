import { readFile } from 'node:fs/promises';
import type { Emitted, Settings } from '../src/machines/worker.types.js';
import { toLogLine } from '../src/observe/log-lines.js';
import { code, table } from './markdown.js';
import { unionMembers } from './type-text.js';

type Samples = {
  readonly [Type in Emitted['type']]: readonly Extract<Emitted, { type: Type }>[];
};

const error = { code: 'ERR_INTERNAL', message: '' };
const jobId = '';

/** One of each kind of line that an event can become. */
const samples: Samples = {
  listening: [{ type: 'listening', host: '', port: 0 }],
  registered: [
    {
      type: 'registered',
      workerId: '',
      server: { version: '', edition: '', region: '', nodeId: '' },
    },
  ],
  disconnected: [{ type: 'disconnected', error, retryMs: 0 }],
  status: [{ type: 'status', status: 'full', load: 0.8, sentLoad: 0.69 }],
  'process.ready': [{ type: 'process.ready', slot: 0, pid: 1, timings: {} }],
  'process.failed': [
    { type: 'process.failed', slot: 0, pid: 1, error, retryMs: 0, ranMs: 0, stderr: [''] },
  ],
  'process.died': [
    {
      type: 'process.died',
      slot: 0,
      pid: 4711,
      jobId: undefined,
      error: { code: 'ERR_PROCESS_EXITED', message: '' },
    },
  ],
  'process.slow': [{ type: 'process.slow', slot: 0, silentMs: 500 }],
  'process.heavy': [
    { type: 'process.heavy', slot: 0, pid: 1, megabytes: 1_200, limitMb: undefined },
    { type: 'process.heavy', slot: 0, pid: 1, megabytes: 2_200, limitMb: 2_000 },
  ],
  degraded: [{ type: 'degraded', error }],
  recovered: [{ type: 'recovered' }],
  'job.offered': [{ type: 'job.offered', jobId, agentName: '' }],
  'job.rejected': [{ type: 'job.rejected', jobId, reason: '' }],
  'job.accepted': [{ type: 'job.accepted', jobId }],
  'job.expired': [{ type: 'job.expired', jobId, reason: '' }],
  'job.started': [{ type: 'job.started', jobId, pid: 1 }],
  'job.ended': [
    { type: 'job.ended', jobId, outcome: 'success', error: undefined },
    { type: 'job.ended', jobId, outcome: 'failed', error },
  ],
  draining: [{ type: 'draining', deadline: 0, jobs: [] }],
  warning: [{ type: 'warning', error, jobId, jobIds: [jobId], thrown: '' }],
  stopped: [{ type: 'stopped' }],
};

const settings = { agentName: '', workerType: 'room', url: '' } as Settings;

/** Every event of a worker, and the line that it becomes in the log. */
export async function logTable(): Promise<string> {
  const file = 'worker.types.ts';
  const source = await readFile(new URL(`../src/machines/${file}`, import.meta.url), 'utf8');
  const docs = new Map(
    unionMembers(new Map([[file, source]]), file, 'Emitted').map(({ name, doc }) => [name, doc]),
  );
  return table(
    ['event', 'meaning', 'in the log', 'level', 'fields'],
    Object.entries(samples).map(([type, events]) => {
      const lines = events.map((event) => toLogLine(event, settings));
      const inOrder = (words: readonly string[]) => [...new Set(words)];
      return [
        code(type),
        docs.get(type) ?? '',
        inOrder(lines.map(({ event }) => code(event))).join(', '),
        inOrder(lines.map(({ level }) => level)).join(', '),
        inOrder(lines.flatMap(({ fields }) => Object.keys(fields).map(code))).join(' '),
      ];
    }),
  );
}
