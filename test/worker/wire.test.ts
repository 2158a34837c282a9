import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

/** Passes bytes on in pieces of `size`, one in each turn of the event loop. */
function pass(from: Socket, to: Socket, size: number): void {
  let waiting = Buffer.alloc(0);
  const step = (): void => {
    if (waiting.length === 0) return;
    to.write(waiting.subarray(0, size));
    waiting = waiting.subarray(size);
    setImmediate(step);
  };
  from.on('data', (bytes) => {
    const isIdle = waiting.length === 0;
    waiting = Buffer.concat([waiting, bytes]);
    if (isIdle) step();
  });
  from.on('error', () => {});
  from.on('close', () => to.destroy());
}

/** A wire to a server on which no write arrives as it was made. */
async function choppyWire(target: string, size: number): Promise<string> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const wire = createServer((near) => {
    const far = dial(Number(port), hostname);
    for (const socket of [near, far]) sockets.add(socket.setNoDelay());
    pass(near, far, size);
    pass(far, near, size);
  }).listen(0, '127.0.0.1');
  await once(wire, 'listening');
  onTestFinished(() => {
    wire.close();
    for (const socket of sockets) socket.destroy();
  });
  return `ws://127.0.0.1:${(wire.address() as AddressInfo).port}`;
}

it.each([1, 7, 4_096])(
  'does the same on a wire that passes pieces of %d bytes (R-B6)',
  async (size) => {
    const world = await serveWithLedger();
    const url = await choppyWire(world.server.url, size);
    const run = startRealWorker(world, { options: { url, numIdleProcesses: 2 } });
    await run.available();

    const jobs = [world.offer(), world.offer('throws'), world.offer()];
    await world.ended(...jobs);

    expect(jobs.map(({ status }) => status)).toEqual(['success', 'failed', 'success']);
    expect(run.events.filter(({ type }) => type === 'disconnected')).toEqual([]);
    expect(await run.end()).toEqual(cleanEnd);
  },
);

it.each([
  ['an hour ahead', 3_600_000],
  ['a day back', -86_400_000],
])('does not notice that the clock on the wall jumps %s (R-A15)', async (_, ms) => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();
  const before = world.offer('stays');
  const pid = await world.started(before);
  const told = run.events.length;

  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  onTestFinished(() => void vi.useRealTimers());
  const during = world.offer();
  await world.ended(during);
  process.kill(pid, 'SIGUSR2');
  await world.ended(before);

  expect([before.status, during.status]).toEqual(['success', 'success']);
  const faults = ['disconnected', 'warning', 'process.died', 'process.failed', 'job.expired'];
  expect(run.events.slice(told).filter(({ type }) => faults.includes(type))).toEqual([]);
  expect(await run.end()).toEqual(cleanEnd);
});
