import { expect, it } from 'vitest';
import { createWorker, WorkerOptions } from '../../src/index.js';
import { reportedEnd, reportsOn } from './support/reports.js';
import { describeOnServer, newName, openRoom, server } from './support/server.js';
import { startWorker } from './support/worker.js';

const agent = new URL('../fixtures/agents/ordinary.mjs', import.meta.url);

/** The end of a worker that is started with these credentials and paths. */
const endOf = async (given: { apiKey?: string; apiSecret?: string; path?: string }) => {
  const { path = '', ...credentials } = given;
  const worker = createWorker(
    new WorkerOptions({
      ...{ agent, url: `${server.url}${path}`, host: '127.0.0.1', port: 0 },
      ...{ numIdleProcesses: 0, apiKey: server.apiKey, apiSecret: server.apiSecret },
      ...credentials,
    }),
  );
  const told: unknown[] = [];
  worker.actor.on('*', (event) => told.push(event));
  worker.start();
  const output = await worker.done;
  return { output, told: JSON.stringify(told) };
};

describeOnServer('the way to a LiveKit server', () => {
  it('works in JSON as in protobuf, from the offer to the end of the job (F-38)', async () => {
    const agentName = newName('agent');
    const worker = await startWorker('joins-and-ends', { agentName, textFrames: true });

    await openRoom({ agentName });
    const { jobId } = await worker.hear('job.started');
    await reportedEnd(jobId, worker.proxy, 10_000);

    expect(reportsOn(jobId, worker.proxy)).toEqual([
      { status: 'JS_RUNNING', error: '' },
      { status: 'JS_SUCCESS', error: '' },
    ]);
  });

  it("is measured to the server's own code, and the server stays (F-32)", async () => {
    const { proxy, events } = await startWorker('ordinary', { measureRoundTrip: true });

    const isPong = ({ message }: { message: { message: { case?: string | undefined } } }) =>
      message.message.case === 'pong';
    await proxy.waitFor(isPong, 20_000);

    expect(events.items.filter(({ type }) => type === 'disconnected')).toEqual([]);
  });

  it.each([
    ['an unknown key', { apiKey: 'nobody' }],
    ['a wrong secret', { apiSecret: 'not-the-secret-of-this-server-at-all' }],
  ])('ends after three refusals of %s, and shows no token (R-A4)', async (_, wrong) => {
    const { output, told } = await endOf(wrong);

    expect(output).toMatchObject({
      outcome: 'failed',
      failure: { code: 'ERR_CREDENTIALS_REFUSED', message: expect.stringMatching(/HTTP 401/) },
    });
    expect(told.match(/"disconnected"/g)?.length).toBe(2);
    expect(told).not.toMatch(/eyJ/);
  });

  it('ends at once at an address that has no agent endpoint (R-A5)', async () => {
    const { output, told } = await endOf({ path: '/nowhere' });

    expect(output).toMatchObject({
      outcome: 'failed',
      failure: { code: 'ERR_CONNECTION_FAILED', message: expect.stringMatching(/HTTP 404/) },
    });
    expect(told).not.toMatch(/"disconnected"/);
  });
});
