import * as sdk from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { createActor } from 'xstate';
import * as api from '../src/api.js';
import * as inJob from '../src/index.job.js';
import * as root from '../src/index.js';
import * as job from '../src/job/index.js';
import * as machines from '../src/machines/index.js';
import * as testing from '../src/testing/index.js';

const namesOf = (entry: object): string => Object.keys(entry).sort().join(' ');

it('exports these names from livekit-actors and no others', () => {
  expect(namesOf(root)).toMatchInlineSnapshot(
    `"Secret WorkerError WorkerOptions WorkerPermissions WorkerType and byAttributes byMetadata cli connectionMachine cpuLoad createWorker defineAgent getJobContext jobCountLoad jobProcessMachine jobRequestMachine maxJobs maxLoad maxPerRoom memoryLoad not or processPoolMachine tokenBucket withPolicies workerMachine"`,
  );
});

it('has the same names in the process of a job', () => {
  expect(namesOf(inJob)).toBe(namesOf(root));
});

it('lets a file that runs in both give its machine a policy, and refuses to run it in a job', () => {
  const machine = inJob.withPolicies(inJob.workerMachine, { acceptsJob: () => true });

  expect(machine.provide({})).toBe(machine);
  expect(createActor(machine, { input: {} as never }).getSnapshot()).toMatchObject({
    status: 'error',
    error: { code: 'ERR_IN_JOB_PROCESS' },
  });
  expect(() => inJob.createWorker({} as never)).toThrow(/createWorker belongs to the worker/);
});

it('exports these names from livekit-actors/machines and no others', () => {
  expect(namesOf(machines)).toMatchInlineSnapshot(
    `"connectionMachine heartbeatMachine jobProcessMachine jobRequestMachine memoryMachine processPoolMachine workerMachine"`,
  );
});

it('hands on the clients of the server SDK, and copies none (F-61)', () => {
  expect(namesOf(api)).toMatchInlineSnapshot(
    `"AgentDispatchClient RoomAgentDispatch RoomServiceClient"`,
  );
  expect(Object.entries(api).every(([name, value]) => Reflect.get(sdk, name) === value)).toBe(true);
});

it('exports these names from livekit-actors/job and no others', () => {
  expect(namesOf(job)).toMatchInlineSnapshot(`"defineAgent getJobContext isSimulatedRoom"`);
});

it('exports these names from livekit-actors/testing and no others', () => {
  expect(namesOf(testing)).toMatchInlineSnapshot(
    `"checkLedger createJobSocket createLedger createTestServer createVirtualClock fakeJobContext reportToLedger runDevServer runJob"`,
  );
});
