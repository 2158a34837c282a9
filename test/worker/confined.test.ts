import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryReader } from '../../src/actors/memory-reading.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { cleanEnd, startRealWorker } from '../support/real-worker.js';

/** Its name since Node 23.5. */
const permission = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

it('runs jobs that may read and not write, when the flags of Node say so (R-S18, F-99)', async () => {
  const world = await serveWithLedger();
  const execArgv = [permission, '--allow-fs-read=*', '--allow-addons', '--no-warnings'];
  const run = startRealWorker(world, { options: { execArgv } });
  await run.available();

  const good = world.offer();
  await world.ended(good);
  const bad = world.offer('writes');
  await world.ended(bad);

  expect(good.status).toBe('success');
  expect([bad.status, bad.error]).toEqual(['failed', expect.stringMatching(/restricted/)]);
  expect(await run.end()).toEqual(cleanEnd);
});

it.runIf(process.platform === 'linux')(
  'needs less than 60 MB for a process that waits (N-30)',
  async () => {
    const world = await serveWithLedger();
    const run = startRealWorker(world, { options: { numIdleProcesses: 2 } });
    const { pid = 0 } = await run.hear('process.ready', ({ slot }) => slot === 1);

    expect(await memoryReader()(pid, 'proportional')).toBeLessThan(60);
    expect(await run.end()).toEqual(cleanEnd);
  },
);

it('gives each process the limit of its heap that the flags of Node say (F-99)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world, {
    options: { execArgv: ['--max-old-space-size=64'], envSet: { GREETING: 'hello' } },
  });
  await run.available();

  const job = world.offer('shows');
  await world.ended(job);

  const { fields } = await run.hearLog('this process');
  expect(fields.heapMb).toBeLessThan(128);
  expect(fields.greeting).toBe('hello');
  expect(await run.end()).toEqual(cleanEnd);
});

it.runIf(process.platform === 'linux')('opens no debugger at SIGUSR1 (R-S17)', async () => {
  const world = await serveWithLedger();
  const run = startRealWorker(world);
  await run.available();
  const job = world.offer('stays');
  const pid = await world.started(job);
  await run.hearLog('joined');
  const before = listening();

  process.kill(pid, 'SIGUSR1');
  process.kill(pid, 'SIGUSR2');
  await world.ended(job);

  expect(listening()).toEqual(before);
  expect(job.status).toBe('success');
  expect(await run.end()).toEqual(cleanEnd);
});

/** Whether somebody listens at the port of Node's debugger, here or in any other process. */
const listening = (): boolean =>
  ['tcp', 'tcp6'].some((name) =>
    / [0-9A-F]+:240D [0-9A-F:]+ 0A /.test(readFileSync(`/proc/net/${name}`, 'utf8')),
  );
