import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { childGuard, guarded } from '../../src/actors/child-guard.js';
import { eventually } from '../support/eventually.js';
import { markedProcesses } from '../support/marked-processes.js';
import { bundledGuard } from '../support/runner-bundle.js';
import { seen } from '../support/seen.js';
import { setVariable } from '../support/temporary.js';

/** A guard of groups that need not exist, and its processes. */
function start(program = bundledGuard()) {
  const mark = randomUUID();
  setVariable('GUARD_TEST', mark);
  const guard = childGuard(program);
  const processes = () => markedProcesses(`GUARD_TEST=${mark}`);
  onTestFinished(() => {
    for (const pid of processes()) process.kill(pid, 'SIGKILL');
  });
  return { guard, processes };
}

const linux = it.runIf(process.platform === 'linux');
const [one, other] = [2 ** 22 + 1, 2 ** 22 + 2];

linux('is one process for all children, and none before the first and after the last', async () => {
  const { guard, processes } = start();
  expect(processes()).toEqual([]);

  guard.watch(one, '/nowhere/one');
  guard.watch(other, '/nowhere/other');
  await eventually(() => processes().length === 1);
  const [pid] = processes();
  guard.release(one);
  guard.release(one);
  guard.watch(one, '/nowhere/one');
  expect(processes()).toEqual([pid]);

  guard.release(one);
  guard.release(other);
  await eventually(() => processes().length === 0);

  guard.watch(one, '/nowhere/one');
  await eventually(() => processes().length === 1);
  guard.release(one);
  await eventually(() => processes().length === 0);
});

linux('is there again with the next child when somebody ended it, and not before', async () => {
  const { guard, processes } = start();
  guard.watch(one, '/nowhere/one');
  const first = await seen(() => processes()[0]);

  process.kill(first, 'SIGKILL');
  await eventually(() => processes().length === 0);

  // The news of its end may be on its way yet.
  await eventually(() => {
    guard.watch(other, '/nowhere/other');
    return processes().length === 1;
  });
  guard.release(one);
  guard.release(other);
  await eventually(() => processes().length === 0);
});

it('disturbs nobody when its program is not there', async () => {
  const { guard, processes } = start('/nowhere/guard.cjs');

  guard.watch(one, '/nowhere/one');
  guard.watch(other, '/nowhere/other');
  await eventually(() => processes().length === 0);
  guard.release(one);
  guard.release(other);

  expect(processes()).toEqual([]);
});

it('watches a child until it is let go of, and none that never ran', () => {
  const calls: string[] = [];
  const guard = {
    watch: (group: number, directory: string) => calls.push(`watch ${group} ${directory}`),
    release: (group: number) => calls.push(`release ${group}`),
  };

  const letGo = guarded({ pid: 7 } as never, 'folder/of/job', guard as never);
  letGo();
  guarded({ pid: undefined } as never, 'folder/of/job', guard as never)();

  expect(calls).toEqual(['watch 7 folder/of/job', 'release 7']);
});
