import { JobStatus } from '@livekit/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { runDevServer } from '../../src/testing/index.js';
import { connect, willing } from './serve.js';

it('says what happens in lines without names of rooms or people (D-28)', async () => {
  const lines: string[] = [];
  const server = await runDevServer({ port: 0, print: (line) => lines.push(line) });
  onTestFinished(() => server.stop());

  const worker = await connect(server, willing);
  server.createRoom({ name: 'private' });
  await worker.until(() => worker.assignments().length === 1);
  const jobId = server.jobs[0]?.id;
  server.terminate(jobId ?? '');
  worker.updateJob(jobId ?? '', JobStatus.JS_SUCCESS);
  await worker.flush();
  await worker.close();
  await server.waitFor(() => server.workers.length === 0);
  server.createRoom({ name: 'also private' });

  expect(lines).toEqual([
    `dispatch server on ${server.url}, no media: jobs get simulated rooms`,
    `worker ${worker.id()} registered: room jobs, unnamed`,
    `room job ${jobId} assigned to ${worker.id()}`,
    `job ${jobId} told to end`,
    `job ${jobId} reported success`,
    `worker ${worker.id()} gone: room jobs, unnamed`,
    `room job ${server.jobs[1]?.id} dropped: no worker is available for it`,
  ]);
});

it('has the key pair that LiveKit uses in development', async () => {
  const server = await runDevServer({ port: 0 });
  onTestFinished(() => server.stop());

  expect([server.apiKey, server.apiSecret.reveal()]).toEqual(['devkey', 'secret']);
});
