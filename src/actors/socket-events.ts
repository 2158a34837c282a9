import type { WebSocket } from 'ws';
import type { Command, Fact, Message } from '../machines/connection.types.js';
import { socketFailure } from './socket-failure.js';

/** Reports a fact to the machine. */
export type Say = (fact: Fact) => void;

/** Reports how a socket ended; `end` may be called more than once, the first call is the verdict. */
export function reportEnd(socket: WebSocket, url: string, end: Say): void {
  const fail = (error: Error): void =>
    end({ type: 'socket.failed', error: socketFailure(url, error), jitter: Math.random() });

  socket.on('error', fail);
  // On an open socket an error is no verdict: `close` follows and is.
  socket.once('open', () => socket.on('error', () => {}).off('error', fail));
  // The body of a refusal may repeat the token, so nobody reads it.
  socket.once('unexpected-response', (_request, { statusCode = 0 }) =>
    end({ type: 'socket.refused', status: statusCode, jitter: Math.random() }),
  );
  socket.once('close', (code) => end({ type: 'socket.closed', code, jitter: Math.random() }));
}

/** Reports every sign of life, and behind it what a frame says. */
export function reportFrames(
  socket: WebSocket,
  toFact: (frame: Uint8Array | string) => Fact | undefined,
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
    if (fact) sendBack(fact);
  });
}

/** Carries out commands. It does not throw: xstate ends an actor that does without its cleanup. */
export function speaker(
  socket: WebSocket,
  toFrame: (message: Message, agentName: string) => Uint8Array,
  sendBack: Say,
): (command: Command) => void {
  // Every connection begins with `register`, which holds the name that later answers carry.
  let agentName = '';
  const send = (message: Message, ref: string | undefined): void => {
    if (message.kind === 'register') agentName = message.agentName;
    socket.send(toFrame(message, agentName), (error) => {
      if (!error && ref !== undefined) sendBack({ type: 'socket.wrote', ref });
    });
  };
  return (command) => {
    try {
      if (command.type === 'send') send(command.message, command.ref);
      else if (command.type === 'ping') socket.ping(String(command.ref));
      else socket.close(1000);
    } catch {
      // What cannot be encoded is not sent, and its `socket.wrote` never comes.
    }
  };
}
