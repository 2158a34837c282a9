import { Job } from '@livekit/protocol';
import type { AgentDefinition } from '../../src/job/agent-definition.js';
import { createLog, type LogContext } from '../../src/job/log.js';
import { ownProcess } from '../../src/job/own-process.js';
import { openJob } from '../../src/job/running-job.js';
import type { ServerAccess } from '../../src/job/server-api.js';
import { sessionDirectory } from '../../src/job/session-directory.js';
import { isSimulatedRoom, type Simulation } from '../../src/job/simulated-room.js';
import type { ToParent } from '../../src/protocol/child-messages.js';
import { startOrder } from './forked-runner.js';

type LogLine = Extract<ToParent, { type: 'log' }>;

interface Setup {
  readonly job?: Job;
  readonly order?: Partial<ReturnType<typeof startOrder>>;
  readonly entrypoint?: AgentDefinition['entrypoint'];
  readonly server?: ServerAccess;
  readonly directory?: string;
  readonly callbackMs?: number;
}

/** A job in this very process: its context, with a record of what it reports and logs. */
export function openedJob({
  job = new Job(),
  order = {},
  entrypoint = () => {},
  server,
  directory = '/nowhere/at/all',
  callbackMs = 1_000,
}: Setup = {}) {
  const reported: string[] = [];
  const lines: LogLine[] = [];
  const logContext: LogContext = { fields: {} };
  const running = openJob({
    agent: { entrypoint },
    proc: ownProcess(),
    rtc: { problem: new Error('Cannot find package') },
    directory: sessionDirectory(directory),
    callbackMs,
    server,
    order: startOrder(order, job),
    log: createLog({
      level: () => 'trace',
      fields: { job_id: job.id },
      context: logContext,
      write: (line) => lines.push(line),
    }),
    logContext,
    onShutdown: (reason) => reported.push(reason),
    onDisconnected: () => reported.push('disconnected'),
  });
  return { ...running, reported, lines };
}

/** Such a job in its simulated room, with the other side of that room. */
export async function joinedJob(setup: Setup = {}) {
  const opened = openedJob(setup);
  await opened.ctx.connect();
  return { ...opened, simulate: simulationOf(opened.ctx.room) };
}

/** The other side of a simulated room. */
export function simulationOf(room: Parameters<typeof isSimulatedRoom>[0]): Simulation {
  if (!isSimulatedRoom(room)) throw new Error('This room is real.');
  return room.simulate;
}
