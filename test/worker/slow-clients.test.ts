import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { serveWithLedger } from '../support/ledger-server.js';
import { seen } from '../support/seen.js';
import { agentFile, runProgram } from '../support/worker-program.js';

const clients = 1_000;

/** Somebody who sends half a request and waits. */
function slowClient(port: number): Socket {
  const socket = connect(port, '127.0.0.1')
    .on('error', () => {})
    .resume();
  onTestFinished(() => void socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: h\r\n');
  return socket;
}

/** Connections to a port that its process holds, in the eyes of the kernel. */
function heldAt(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const established = '01';
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, from, , state]) => from === local && state === established).length;
}

it('takes calls and answers probes while 1000 slow clients hold its health endpoints (R-F13)', async () => {
  const world = await serveWithLedger();
  const program = runProgram([agentFile('obeys-in-one-file.mjs'), 'start'], world);
  await program.warm();
  const port = Number((await program.hear('http.listening')).port);

  const sockets = Array.from({ length: clients }, () => slowClient(port));
  await seen(() => sockets.filter(({ closed }) => closed).length >= clients - 64 || undefined);
  const job = world.offer();
  const probe = await fetch(`http://127.0.0.1:${port}/readyz`);

  expect([probe.status, heldAt(port) <= 65]).toEqual([200, true]);
  await world.ended(job);
  expect(job.status).toBe('success');
  program.signal('SIGTERM');
  expect((await program.exited).code).toBe(0);
  await seen(() => program.left().length === 0 || undefined);
  expect(world.ledger.check()).toEqual([]);
});
