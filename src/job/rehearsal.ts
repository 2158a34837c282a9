import { Job } from '@livekit/protocol';
import { envelope, readFromParent } from '../protocol/child-messages.js';
import type { StartOrder } from './lifecycle.types.js';
import { createLog } from './log.js';
import { openJob } from './running-job.js';

const record = new Job({ id: 'rehearsal', room: {}, participant: {}, state: {} });

/**
 * Walks the way of a start once, with nobody there, while the process is idle. What a job would
 * else pay for is compiled then; it is several times the rest of a start.
 */
export async function rehearse(): Promise<void> {
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
    proc: { pid: process.pid, userdata: {} },
    rtc: { problem: undefined },
    order,
    log: createLog({ level: () => 'silent', fields: {}, write: () => {} }),
    onShutdown: () => {},
    onDisconnected: () => {},
  });
  await call();
  abort('rehearsed');
}
