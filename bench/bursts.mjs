// From a thousand offers in one tick to the last answer, at a server that does nothing else.
import { once } from 'node:events';
import { ServerMessage, WorkerMessage } from '@livekit/protocol';
import { WebSocketServer } from 'ws';
import { startWorker } from './worker-process.mjs';

const offers = 1_000;
/** The default of `maxOpenOffers`. */
const open = 256;

/** Milliseconds for each of `count` bursts, the first one at a worker that never had an offer. */
export async function measureBursts(count) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/agent' });
  await once(server, 'listening');
  let answers = 0;
  let lastAnswer = () => {};
  const connected = new Promise((done) => {
    server.once('connection', (socket) => {
      done(socket);
      socket.on('message', (data) => {
        const { message } = WorkerMessage.fromBinary(data);
        if (message.case === 'register') socket.send(registered);
        if (message.case !== 'availability') return;
        answers += 1;
        if (answers === offers) lastAnswer();
      });
    });
  });
  const worker = await startWorker(
    { url: `ws://127.0.0.1:${server.address().port}`, apiKey: 'devkey', apiSecret: 'secret' },
    { warm: 1, open, refused: offers - open },
  );
  const socket = await connected;
  const taken = [];
  for (let n = 0; n < count; n += 1) {
    const frames = Array.from({ length: offers }, (_, k) => offer(`AJ_${n}_${k}`));
    answers = 0;
    const answered = new Promise((done) => {
      lastAnswer = done;
    });
    const started = performance.now();
    for (const frame of frames) socket.send(frame);
    await answered;
    taken.push(performance.now() - started);
    await new Promise((done) => setTimeout(done, 500));
  }
  await worker.end();
  server.close();
  return taken;
}

const toFrame = (name, value) => new ServerMessage({ message: { case: name, value } }).toBinary();
const registered = toFrame('register', { workerId: 'AW_1', serverInfo: { version: '1.9.0' } });
const offer = (id) =>
  toFrame('availability', { job: { id, room: { sid: `RM_${id}`, name: `room-${id}` } } });
