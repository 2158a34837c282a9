import { expect, it } from 'vitest';
import { closest } from '../../src/options/names.js';
import { optionTable } from '../../src/options/table.js';

const known = Object.keys(optionTable);

it.each([
  ['entrypoint_fnc', 'entrypointFnc'],
  ['request_fnc', 'requestFnc'],
  ['prewarm_fnc', 'prewarmFnc'],
  ['load_fnc', 'loadFnc'],
  ['load_threshold', 'loadThreshold'],
  ['worker_type', 'workerType'],
  ['num_idle_processes', 'numIdleProcesses'],
  ['job_memory_limit_mb', 'jobMemoryLimitMB'],
  ['ws_url', 'url'],
  ['wsURL', 'url'],
  ['requestFunc', 'requestFnc'],
  ['loadFunc', 'loadFnc'],
  ['serverType', 'workerType'],
  ['apiSecrett', 'apiSecret'],
  ['maxjobs', 'maxJobs'],
  ['prot', 'port'],
  ['drianTimeout', 'drainTimeout'],
])('takes %s for %s', (written, meant) => {
  expect(closest(written, known)).toBe(meant);
});

it.each(['jobExecutorType', 'multiprocessingContext', 'x', ''])(
  'does not guess at "%s"',
  (written) => {
    expect(closest(written, known)).toBe(undefined);
  },
);
