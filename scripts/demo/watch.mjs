// What the worker itself says of its actors, from its inspection stream, for the ledger.
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';

/** An inspection observer that answers "sample" on a socket with what it knows. */
export function watch(address) {
  const processes = new Map();
  let worker;
  const dial = () => {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port) }).unref();
    socket.setEncoding('utf8').on('error', () => {});
    socket.on('data', (text) => {
      for (const line of text.trim().split('\n'))
        if (line === 'sample') socket.write(`${JSON.stringify(sample())}\n`);
    });
    return socket;
  };
  const sample = () => ({
    actors: [...processes].map(([slot, { pid, live }]) => ({ slot, pid, live })),
    timers: pendingTimers(worker?.system),
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    descriptors: descriptors(),
    maps: {
      requests: worker?.getSnapshot().context.requests.length,
      jobs: worker?.getSnapshot().context.jobs.length,
    },
    children: worker ? Object.keys(worker.getSnapshot().children).length : 0,
  });
  return (event) => {
    const { actorRef, type } = event;
    if (type !== '@xstate.snapshot') return;
    if (actorRef.id.startsWith('proc.')) {
      const { status, value, context } = event.snapshot;
      const live = status === 'active' && context?.exit === undefined && context?.pid !== undefined;
      if (status === 'active' && value !== 'exited')
        processes.set(actorRef.id, { pid: context.pid, live });
      else processes.delete(actorRef.id);
    }
    if (worker || actorRef._parent) return;
    worker = actorRef;
    dial();
  };
}

/** Timers of everything but the link, whose own clock (pings, the first stable seconds) never rests. */
const pendingTimers = (system) =>
  Object.values(system?.getSnapshot()._scheduledEvents ?? {}).filter(
    ({ source }) => !source.id.startsWith('link.'),
  ).length;

const descriptors = () => {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
};
