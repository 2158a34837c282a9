import { type CallbackLogicFunction, fromCallback } from 'xstate';
import type { Command, Fact, SocketInput } from '../machines/connection.types.js';
import { toAgentUrl } from '../protocol/agent-url.js';
import { lateness } from './lateness.js';
import { reportEnd, reportFrames, type Say, speaker } from './socket-events.js';
import { socketFailure } from './socket-failure.js';
import { wayTo } from './socket-route.js';

const handshakeTimeoutMs = 10_000;
/** Above what a server with default limits can put into one message. */
const maxFrameBytes = 4 * 1024 * 1024;
const tokenLife = '10m';

/**
 * Owns exactly one WebSocket to a server: commands become frames, frames and socket events become
 * facts. It does not reconnect, and keeps no clock beside the limit of the handshake and the one
 * that shows how late frames are read.
 *
 * Contract: one of `socket.refused`, `socket.failed` and `socket.closed` is reported, once, and
 * nothing after it. Commands given before the socket is open wait for it.
 */
const agentSocketLogic: CallbackLogicFunction<Command, Fact, SocketInput> = ({
  input,
  receive,
  sendBack,
}) => {
  const over = new AbortController();
  const end: Say = (fact) => {
    if (over.signal.aborted) return;
    over.abort();
    sendBack(fact);
  };
  const waiting: Command[] = [];
  let perform = (command: Command): void => {
    if (command.type === 'close') end({ type: 'socket.closed', code: 1000, jitter: Math.random() });
    else waiting.push(command);
  };
  // Before anything is loaded: what arrives without a receiver is lost.
  receive((command) => perform(command));

  prepare(input)
    .then(({ dial, through, toFact, toFrame }) => {
      if (over.signal.aborted) return;
      const socket = dial();
      over.signal.addEventListener('abort', () => socket.terminate());
      reportEnd(socket, (error) => socketFailure(input.url, error, through), end);
      reportFrames(socket, toFact, lateness(over.signal), sendBack);
      socket.once('open', () => {
        perform = speaker(socket, toFrame, { sendBack, end });
        for (const command of waiting.splice(0)) perform(command);
        sendBack({ type: 'socket.opened', jitter: Math.random() });
      });
    })
    .catch((error) => {
      end({
        type: 'socket.failed',
        error: socketFailure(input.url, error),
        jitter: Math.random(),
      });
    });

  return () => over.abort();
};

/** The real socket, to be provided to a machine's `agentSocket` port. */
export const agentSocket = fromCallback(agentSocketLogic);

/** Loads what only a connected worker needs, and makes a token for this one connection. */
async function prepare({ url, credentials, options = {} }: SocketInput) {
  const target = toAgentUrl(url, options.workerToken?.reveal());
  const [{ WebSocket }, { AccessToken }, { toFact, toFrame, toText }, way] = await Promise.all([
    import('ws'),
    import('livekit-server-sdk'),
    import('../protocol/agent-messages.js'),
    wayTo(target, options),
  ]);
  const { apiKey, apiSecret } = credentials.reveal();
  const token = new AccessToken(apiKey, apiSecret, { ttl: tokenLife });
  token.addGrant({ agent: true });
  const socketOptions = {
    headers: { Authorization: `Bearer ${await token.toJwt()}` },
    followRedirects: false,
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    ...way.route,
  };
  return {
    toFact,
    toFrame: options.textFrames ? toText : toFrame,
    through: way.through,
    dial: () => new WebSocket(target, socketOptions as ConstructorParameters<typeof WebSocket>[2]),
  };
}
