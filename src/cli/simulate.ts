import type { JobKind } from '../machines/job.types.js';
import { showBanner } from './banner.js';
import { forOneJob, runOneJob } from './one-job.js';
import { type Order, openLog, settingsFor } from './order.js';

/**
 * Runs one job of an agent without a LiveKit server: in a real process, in a simulated room, for a
 * dispatch server in this process.
 */
export async function simulate(order: Order): Promise<number> {
  const { createTestServer } = await import('../testing/index.js');
  const { invocation, environment, entry } = order;
  const { room = 'simulated-room', metadata = '', agentIdentity, jobType } = invocation.more;
  const server = await createTestServer();
  try {
    const resolved = settingsFor(order, {
      url: server.url,
      apiKey: server.apiKey,
      apiSecret: server.apiSecret.reveal(),
      ...(jobType !== undefined && { workerType: jobType }),
    });
    const settings = forOneJob(resolved, agentIdentity);
    const sink = await openLog(order, settings);
    const identity = invocation.more.participant ?? aboutWhom(settings.workerType);
    if (invocation.format === 'pretty' && process.stderr.isTTY)
      showBanner({
        mode: 'simulate',
        entry,
        colour: invocation.colour,
        server: 'none: the room is simulated',
        takes: `one ${settings.workerType} job`,
      });
    const { sid } = server.createRoom({ name: room, agents: [] });
    const participant = identity === undefined ? undefined : server.join(room, { identity });
    return await runOneJob({
      settings,
      sink,
      environment,
      server,
      offer: { room: { name: room, sid }, metadata, ...(participant && { participant }) },
    });
  } finally {
    await server.stop();
  }
}

/** Jobs of the other kinds are about somebody. */
const aboutWhom = (kind: JobKind): string | undefined => (kind === 'room' ? undefined : 'user');
