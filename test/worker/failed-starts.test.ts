import { expect, it } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { isRunning } from '../support/processes.js';
import { startRealWorker } from '../support/real-worker.js';

const exited = (how: string) => `The process ${how} before it was warm.`;
const late =
  'The process was not warm within 1 s. Make prewarmFnc faster or raise initializeProcessTimeout.';

it.each([
  ['throws', 'ERR_PREWARM', 'no such voice'],
  ['rejects', 'ERR_PREWARM', 'no such model'],
  ['exits with 0', 'ERR_PROCESS_EXITED', exited('exited with code 0')],
  ['exits with 1', 'ERR_PROCESS_EXITED', exited('exited with code 1')],
  ['aborts', 'ERR_PROCESS_EXITED', exited('was ended by SIGABRT')],
  ['breaks memory', 'ERR_PROCESS_EXITED', exited('was ended by SIGSEGV')],
  ['is killed', 'ERR_PROCESS_EXITED', exited('was ended by SIGKILL')],
  ['fills its heap', 'ERR_PROCESS_EXITED', exited('was ended by SIGABRT')],
  ['says something wrong', 'ERR_CHILD_MESSAGE', 'The child sent no valid message'],
  ['waits for nothing', 'ERR_INITIALIZE_TIMEOUT', late],
  ['blocks', 'ERR_INITIALIZE_TIMEOUT', late],
])('says why a process did not start that %s (R-D2, R-D7, R-D8, F-82, N-14)', async (...row) => {
  const [how, code, message] = row;
  const world = await serveWithLedger();
  const times = ['waits for nothing', 'blocks'].includes(how);
  const run = startRealWorker(world, {
    agent: 'fails-to-start',
    options: {
      envSet: { HOW: how },
      execArgv: ['--max-old-space-size=32'],
      ...(times && { initializeProcessTimeout: 1_000 }),
    },
  });

  const { error, pid, ranMs } = await run.hear('process.failed');
  await run.worker.halt();

  expect([error.code, error.message.slice(0, message.length)]).toEqual([code, message]);
  expect(ranMs).toBeGreaterThan(0);
  expect(isRunning(pid ?? 0)).toBe(false);
});
