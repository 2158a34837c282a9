import { expect, it, onTestFinished } from 'vitest';
import { createWorker, WorkerOptions } from '../../src/index.js';
import { agentFixture } from '../support/forked-runner.js';
import { serveWithLedger } from '../support/ledger-server.js';
import { setVariable } from '../support/temporary.js';

const options = {
  agent: agentFixture('obeys'),
  numIdleProcesses: 0,
  loadFnc: () => 0,
  host: '127.0.0.1',
  port: 0,
};
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException', 'unhandledRejection'];
const listeners = () => signals.map((name) => process.listenerCount(name));

it('reads the variables of LiveKit in a program, too (F-13, D-10, N-45)', async () => {
  const { server } = await serveWithLedger();
  setVariable('LIVEKIT_URL', server.url);
  setVariable('LIVEKIT_API_KEY', server.apiKey);
  setVariable('LIVEKIT_API_SECRET', server.apiSecret.reveal());
  setVariable('LIVEKIT_AGENT_NAME', 'concierge');
  const worker = createWorker(new WorkerOptions(options));
  onTestFinished(async () => void (await worker.halt()));

  await worker.start().ready;

  expect(server.workers.map(({ agentName }) => agentName)).toEqual(['concierge']);
});

it('takes no signal and no error of the program that it lives in (N-45)', async () => {
  const { server } = await serveWithLedger();
  const before = listeners();
  const worker = createWorker(
    new WorkerOptions({
      ...options,
      url: server.url,
      apiKey: server.apiKey,
      apiSecret: server.apiSecret.reveal(),
    }),
  );

  await worker.start().ready;
  const during = listeners();
  await worker.drain();

  expect([during, listeners()]).toEqual([before, before]);
});
