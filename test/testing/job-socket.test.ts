import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { createJobSocket, createLedger, reportToLedger } from '../../src/testing/index.js';

async function listen() {
  const ledger = createLedger({ now: () => 5 });
  const socket = await createJobSocket(ledger);
  onTestFinished(() => socket.close());
  return { ledger, socket };
}

it('writes what a job reports before the report resolves', async () => {
  const { ledger, socket } = await listen();

  await reportToLedger(socket.address, { type: 'job.started', jobId: 'AJ_1', pid: 42 });
  await reportToLedger(socket.address, { type: 'job.ended', jobId: 'AJ_1', pid: 42 });

  expect(ledger.records).toEqual([
    { type: 'job.started', jobId: 'AJ_1', pid: 42, at: 5 },
    { type: 'job.ended', jobId: 'AJ_1', pid: 42, at: 5 },
  ]);
});

it('takes reports of another process', async () => {
  const { ledger, socket } = await listen();
  const script = `
    const socket = require('node:net').connect(${socket.port}, '127.0.0.1');
    socket.on('data', () => socket.end());
    socket.write(JSON.stringify({ type: 'job.started', jobId: 'AJ_1', pid: process.pid }) + '\\n');
  `;

  await promisify(execFile)(process.execPath, ['-e', script]);

  expect(ledger.records.map(({ type }) => type)).toEqual(['job.started']);
});

it.each([
  ['rubbish', 'rubbish\n'],
  ['a fact that is not the job’s', '{"type":"status.received","jobId":"AJ_1","pid":1}\n'],
  ['a report without a pid', '{"type":"job.started","jobId":"AJ_1"}\n'],
  ['a line without an end', 'x'.repeat(5_000)],
])('cuts who sends %s', async (_, line) => {
  const { ledger, socket } = await listen();
  const client = connect(socket.port, '127.0.0.1');
  client.on('error', () => {});

  client.write(line);
  await once(client, 'close');

  expect(ledger.records).toEqual([]);
});

it('rejects a report to nobody', async () => {
  const { socket } = await listen();
  await socket.close();

  await expect(
    reportToLedger(socket.address, { type: 'job.started', jobId: 'AJ_1', pid: 42 }),
  ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
