// From the assignment's frame in the worker to the entrypoint in a warm process.
import { createWorker, WorkerOptions } from 'livekit-actors';
import { createTestServer } from 'livekit-actors/testing';

/** Microseconds for each of `count` jobs, one after the other. */
export async function measureDispatch(count) {
  const server = await createTestServer({ selectionWait: 1 });
  const assignedAt = [];
  const taken = [];
  let next = () => {};
  const worker = createWorker(
    new WorkerOptions({
      agent: new URL('./programs/agent.mjs', import.meta.url),
      url: server.url,
      apiKey: server.apiKey,
      apiSecret: server.apiSecret.reveal(),
      numIdleProcesses: 4,
      loadFnc: () => 0,
      host: '127.0.0.1',
      port: 0,
    }),
    {
      inspect: ({ type, event, actorRef }) => {
        if (
          type === '@xstate.event' &&
          event.type === 'server.assigned' &&
          actorRef.id === 'link.0'
        )
          assignedAt.push(process.hrtime.bigint());
      },
      log: ({ message, fields }) => {
        if (message !== 'entered') return;
        taken.push(Number(BigInt(fields.at) - assignedAt.at(-1)) / 1_000);
        next();
      },
    },
  );
  const when = (test) =>
    new Promise((done) => {
      const subscription = worker.actor.subscribe((snapshot) => {
        if (!test(snapshot)) return;
        queueMicrotask(() => subscription.unsubscribe());
        done();
      });
    });
  const isRested = ({ value, context }) =>
    value.running === 'available' && context.jobs.length === 0 && server.workers.length > 0;
  worker.start();
  for (let n = 0; n < count; n += 1) {
    if (!isRested(worker.actor.getSnapshot())) await when(isRested);
    // The pool is whole again, so that no process starts while one is measured.
    await poolIsReady(worker);
    const entered = new Promise((done) => {
      next = done;
    });
    server.createRoom({ name: `room-${n}` });
    await entered;
  }
  await worker.halt();
  await server.stop();
  return taken;
}

async function poolIsReady({ actor }) {
  const isReady = () => actor.getSnapshot().children.pool.getSnapshot().matches('ready');
  while (!isReady()) await new Promise((done) => setTimeout(done, 20));
}
