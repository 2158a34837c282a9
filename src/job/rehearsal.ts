import { Job } from '@livekit/protocol';
import { envelope, readFromParent } from '../protocol/child-messages.js';
import type { StartOrder } from './lifecycle.types.js';
import { createLog } from './log.js';
import { ownProcess } from './own-process.js';
import { openJob } from './running-job.js';
import { sessionDirectory } from './session-directory.js';

const record = new Job({ id: 'rehearsal', room: {}, participant: {}, state: {} });

const log = createLog({ level: () => 'silent', fields: {}, write: () => {} });

/** Measured: the first round is worth most, and after some twenty there is nothing left to gain. */
const rounds = 20;

/**
 * Walks the way of a start, with nobody there, while the process is idle. What a job would else pay
 * for is compiled then; it is several times the rest of a start. Messages are read between rounds.
 */
export async function rehearse(): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise(setImmediate);
    await rehearseOnce();
  }
}

async function rehearseOnce(): Promise<void> {
  const order: StartOrder = {
    type: 'start',
    jobId: record.id,
    url: 'simulated:',
    token: '',
    record: Buffer.from(record.toBinary()).toString('base64'),
    participation: { name: '', identity: '', metadata: '', attributes: {} },
    workerId: '',
  };
  readFromParent(envelope(order, 0));
  const { call, abort } = openJob({
    agent: { entrypoint: () => {} },
    proc: ownProcess(),
    rtc: { problem: undefined },
    directory: sessionDirectory(''),
    callbackMs: 0,
    server: undefined,
    order,
    log: log.child({ job_id: record.id }),
    logContext: { fields: {} },
    onShutdown: () => {},
    onDisconnected: () => {},
  });
  await call();
  abort('rehearsed');
}
