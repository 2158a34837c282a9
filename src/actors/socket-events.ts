import type { WebSocket } from 'ws';
import type { Failure } from '../errors.js';
import type { Command, Fact, Message } from '../machines/connection.types.js';
import { retryAfterMs } from './retry-after.js';

/** What may wait for a server that does not read; a worker's frames are small. */
const maxQueuedBytes = 1024 * 1024;

/** Reports a fact to the machine. */
export type Say = (fact: Fact) => void;

/** Reports how a socket ended; `end` may be called more than once, the first call is the verdict. */
export function reportEnd(socket: WebSocket, failureOf: (error: Error) => Failure, end: Say): void {
  const fail = (error: Error): void =>
    end({ type: 'socket.failed', error: failureOf(error), jitter: Math.random() });

  socket.on('error', fail);
  // On an open socket an error is no verdict: `close` follows and is.
  socket.once('open', () => socket.on('error', () => {}).off('error', fail));
  // The body of a refusal may repeat the token, so nobody reads it.
  socket.once('unexpected-response', (_request, { statusCode: status = 0, headers }) =>
    end({
      type: 'socket.refused',
      status,
      jitter: Math.random(),
      ...retryAfterMs(headers['retry-after'], Date.now()),
    }),
  );
  socket.once('close', (code) => end({ type: 'socket.closed', code, jitter: Math.random() }));
}

/** Reports every sign of life, and behind it what a frame says. */
export function reportFrames(
  socket: WebSocket,
  toFact: (frame: Uint8Array | string) => Fact | undefined,
  lateMs: () => number,
  sendBack: Say,
): void {
  socket.on('ping', () => sendBack({ type: 'socket.heard' }));
  socket.on('pong', (payload) => {
    sendBack({ type: 'socket.heard' });
    const ref = payload.length > 0 ? Number(payload.toString()) : Number.NaN;
    if (Number.isSafeInteger(ref)) sendBack({ type: 'socket.ponged', ref });
  });
  socket.on('message', (data, isBinary) => {
    sendBack({ type: 'socket.heard' });
    // With the default binary type of `ws` a message is always one buffer.
    const fact = toFact(isBinary ? (data as Buffer) : data.toString());
    if (fact) sendBack(stamped(fact, lateMs));
  });
}

/** What the machine, which has no clock, cannot know of a frame. */
function stamped(fact: Fact, lateMs: () => number): Fact {
  if (fact.type === 'server.offered') return { ...fact, lateMs: lateMs() };
  return fact.type === 'server.ponged' ? { ...fact, heardAt: Date.now() } : fact;
}

/** Carries out commands. It does not throw: xstate ends an actor that does without its cleanup. */
export function speaker(
  socket: WebSocket,
  toFrame: (message: Message, agentName: string) => Uint8Array | string,
  { sendBack, end }: { readonly sendBack: Say; readonly end: Say },
): (command: Command) => void {
  // Every connection begins with `register`, which holds the name that later answers carry.
  let agentName = '';
  const send = (message: Message, ref: string | undefined): void => {
    if (message.kind === 'register') agentName = message.agentName;
    socket.send(toFrame(message, agentName), (error) => {
      if (error) return;
      if (ref !== undefined) sendBack({ type: 'socket.wrote', ref });
      if (message.kind === 'report') sendBack({ type: 'socket.reported' });
    });
    if (socket.bufferedAmount > maxQueuedBytes)
      end({ type: 'socket.failed', error: deafServer, jitter: Math.random() });
  };
  return (command) => {
    try {
      if (command.type === 'send') send(command.message, command.ref);
      else if (command.type === 'ping') socket.ping(String(command.ref));
      else if (command.type === 'measure') send({ kind: 'ping', at: Date.now() }, undefined);
      else socket.close(1000);
    } catch {
      // What cannot be encoded is not sent, and its `socket.wrote` never comes; but no report is on its way.
      if (command.type === 'send' && command.message.kind === 'report')
        sendBack({ type: 'socket.reported' });
    }
  };
}

const deafServer: Failure = {
  code: 'ERR_CONNECTION_FAILED',
  message: 'The server stopped reading: more than 1 MiB waits to be sent.',
};
