import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { isRunning } from '../support/processes.js';
import { bundledGuard } from '../support/runner-bundle.js';

const loader = fileURLToPath(new URL('../fixtures/says-when-loaded.cjs', import.meta.url));
const blocked = 'process.send("up"); for (;;);';
const leavesInTime = 'process.send("up"); setTimeout(() => process.exit(7), 400);';

/** A child that leads a group, as those of workers do. */
async function startChild(code: string) {
  const child = spawn(process.execPath, ['--eval', code], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  endWithTest(child);
  await once(child, 'message');
  return { pid: pidOf(child), ended: once(child, 'exit') };
}

/** A guard, with this test in the place of its worker; when its channel closes, the worker is gone. */
async function startGuard(...groups: readonly number[]) {
  const guard = fork(loader, [bundledGuard(), ...groups.map(String)], {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  endWithTest(guard);
  const ended = once(guard, 'exit');
  await once(guard, 'message');
  const tell = (type: 'watch' | 'release', group: number) => guard.send({ type, group });
  return { guard, tell, ended };
}

/** Never 0, which signals take for this very group. */
function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('It did not start.');
  return pid;
}

function endWithTest(child: ChildProcess): void {
  const pid = pidOf(child);
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  });
}

it('ends what is still there some time after its worker, and then itself (R-F7)', async () => {
  const children = [await startChild(blocked), await startChild(blocked)] as const;
  const { guard, tell, ended } = await startGuard(children[0].pid);
  tell('watch', children[1].pid);

  const lost = performance.now();
  guard.disconnect();

  expect(await Promise.all(children.map((child) => child.ended))).toEqual([
    [null, 'SIGKILL'],
    [null, 'SIGKILL'],
  ]);
  // A child that can clean up has its second for it.
  expect(performance.now() - lost).toBeGreaterThan(1_000);
  expect(await ended).toEqual([0, null]);
});

it('lets who can leave in time, and goes with the last of them', async () => {
  const { guard, tell, ended } = await startGuard();
  const child = await startChild(leavesInTime);
  tell('watch', child.pid);

  guard.disconnect();

  expect(await child.ended).toEqual([7, null]);
  expect(await ended).toEqual([0, null]);
});

it('leaves alone what it was told to forget', async () => {
  const { guard, tell, ended } = await startGuard();
  const child = await startChild(blocked);
  tell('watch', child.pid);
  tell('release', child.pid);

  guard.disconnect();

  expect(await ended).toEqual([0, null]);
  expect(isRunning(child.pid)).toBe(true);
});

it('takes no signal of a terminal or a service manager for its end', async () => {
  const child = await startChild(blocked);
  const { guard, ended } = await startGuard(child.pid);

  guard.kill('SIGINT');
  guard.kill('SIGTERM');
  guard.disconnect();

  expect(await child.ended).toEqual([null, 'SIGKILL']);
  expect(await ended).toEqual([0, null]);
});
