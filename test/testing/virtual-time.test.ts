import { Room, SimulateJobRequest } from '@livekit/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { SimulatedClock } from 'xstate';
import { createTestServer, createVirtualClock } from '../../src/testing/index.js';
import { connect } from './serve.js';

/** A server whose only time is a clock of xstate. */
async function serveOn<Time extends SimulatedClock | ReturnType<typeof createVirtualClock>>(
  clock: Time,
) {
  const server = await createTestServer({ clock });
  onTestFinished(() => server.stop());
  return { clock, server };
}

it('cuts who does not register within 10 s of a simulated clock (F-156)', async () => {
  const { server, clock } = await serveOn(new SimulatedClock());
  const worker = await connect(server, { register: false });

  clock.increment(9_999);
  await worker.flush();
  expect(worker.closeCode()).toBe(undefined);
  clock.increment(1);
  await worker.until(() => worker.closeCode() !== undefined);

  expect(worker.closeCode()).toBe(1006);
});

it.each([
  [2_799, 'assigned'],
  [2_800, 'lost'],
])('counts %i ms for an answer on a simulated clock: %s (F-156)', async (ms, outcome) => {
  const { server, clock } = await serveOn(new SimulatedClock());
  const worker = await connect(server);

  server.createRoom({ name: 'lobby' });
  clock.increment(200);
  await worker.until(() => worker.offers().length === 1);
  clock.increment(ms);
  worker.answer(server.jobs[0]?.id ?? '');
  await worker.flush();

  expect(server.jobs.map(({ dispatch }) => dispatch)).toEqual([outcome]);
});

it('waits 10 s of a virtual clock for the answer to a simulated job (F-67, F-156)', async () => {
  const { server, clock } = await serveOn(createVirtualClock());
  const worker = await connect(server);
  worker.send({
    case: 'simulateJob',
    value: new SimulateJobRequest({ room: new Room({ name: 'pretended' }) }),
  });
  await worker.until(() => worker.offers().length === 1);

  await clock.advance(9_999);
  expect(server.jobs[0]?.dispatch).toBe('offering');
  await clock.advance(1);

  expect(server.jobs[0]?.dispatch).toBe('lost');
});

it('lets an hour of its rooms pass in no time (F-156)', async () => {
  const { server, clock } = await serveOn(createVirtualClock());
  server.createRoom({ name: 'hour', emptyTimeout: 3_600_000 });
  server.createRoom({ name: 'day', emptyTimeout: 86_400_000 });

  await clock.advance(3_600_000);

  expect(server.rooms.map(({ name }) => name)).toEqual(['day']);
});

it('has no time of its own: while the clock stands, nothing happens (F-156)', async () => {
  const timers: number[] = [];
  const clock = {
    setTimeout: (_: () => void, ms: number) => timers.push(ms),
    clearTimeout: () => {},
    now: () => 0,
  };
  const server = await createTestServer({ clock, emptyTimeout: 300_000 });
  onTestFinished(() => server.stop());
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const worker = await connect(server);

  server.createRoom({ name: 'lobby' });
  await worker.flush();

  expect(timers.sort((a, b) => a - b)).toEqual([200, 3_000, 10_000, 10_000, 300_000]);
  expect(
    process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length,
  ).toBeLessThanOrEqual(before);
});
