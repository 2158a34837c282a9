import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  forkRunner,
  hearLog,
  initializeOrder,
  runningJob,
  startOrder,
  warmRunner,
} from '../support/forked-runner.js';
import { isRunning } from '../support/processes.js';
import { bundledRunner } from '../support/runner-bundle.js';

const callbackFile = () => {
  const folder = mkdtempSync(join(tmpdir(), 'livekit-actors-callback-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'reason');
};

it('hears no signal of a terminal or a service manager, in any part of its life (F-91, R-S17)', async () => {
  const runner = forkRunner();
  const signal = () => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const) runner.child.kill(name);
  };

  await runner.hear('online');
  signal();
  runner.tell(initializeOrder('ordinary'));
  signal();
  await runner.hear('ready');
  signal();
  runner.tell(startOrder());
  await hearLog(runner, 'joined');
  signal();
  runner.tell({ type: 'shutdown', reason: 'drain', graceMs: 100 });
  await runner.hear('finished');
  signal();
  runner.tell({ type: 'leave' });

  expect(await runner.ended).toEqual({ code: 0, signal: null });
  expect(runner.stderr()).toEqual('');
});

it('ignores signals before it evaluates anything else', () => {
  const [listens, evaluates] = ['process.on(signal', 'node_modules/'].map((it) =>
    readFileSync(bundledRunner(), 'utf8').indexOf(it),
  );

  expect(listens).toBeGreaterThan(0);
  expect(listens).toBeLessThan(evaluates ?? 0);
});

it('is gone within a second of its worker, with its helpers, after its callbacks (F-90, N-11, R-D17, R-F6)', async () => {
  const file = callbackFile();
  const runner = await runningJob('starts-a-helper', { env: { CALLBACK_FILE: file } });
  const { fields } = await hearLog(runner, 'helping');
  const helper = Number(fields.helper);
  expect(isRunning(helper)).toEqual(true);

  const lost = performance.now();
  runner.child.disconnect();

  expect(await runner.ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(performance.now() - lost).toBeLessThan(1_000);
  await eventually(() => !isRunning(helper));
  expect(readFileSync(file, 'utf8')).toEqual('worker lost');
});

it('is gone within a second of its worker though a callback never ends (F-90, R-F6)', async () => {
  const runner = await runningJob('callback-never-ends');

  const lost = performance.now();
  runner.child.disconnect();

  expect(await runner.ended).toEqual({ code: null, signal: 'SIGKILL' });
  expect(performance.now() - lost).toBeLessThan(1_000);
});

it('is gone with its worker while it is warm (R-F6)', async () => {
  const runner = await warmRunner('ordinary');

  runner.child.disconnect();

  expect(await runner.ended).toEqual({ code: null, signal: 'SIGKILL' });
});

it('is gone with its worker while a module holds up its start (R-F6)', async () => {
  const runner = forkRunner();
  runner.tell(initializeOrder('never-loads'));
  await runner.hear('online');

  runner.child.disconnect();

  expect(await runner.ended).toEqual({ code: null, signal: 'SIGKILL' });
});

it('does not run by hand', async () => {
  const child = spawn(process.execPath, [bundledRunner()], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });

  expect(await once(child, 'close')).toEqual([64, null]);
  expect(text).toEqual('This program is started by a livekit-actors worker, not by hand.\n');
});
