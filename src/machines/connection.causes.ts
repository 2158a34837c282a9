import type { Failure } from '../errors.js';
import { messageOf } from './support.js';

/** Why a link was lost or failed, in words for the person who has to mend it. */

const failure = (code: string, message: string): Failure => ({ code, message });

/** Whether an HTTP status says that the key pair is wrong. */
export const isCredential = (status: number): boolean => status === 401 || status === 403;

export const refused = ({ event: { status } }: { event: { status: number } }): Failure => {
  if (isCredential(status))
    return failure(
      'ERR_CREDENTIALS_REFUSED',
      `The server refused the API key and secret (HTTP ${status}). Check LIVEKIT_API_KEY, LIVEKIT_API_SECRET and this machine's clock.`,
    );
  if (status === 404)
    return failure(
      'ERR_CONNECTION_FAILED',
      'There is no agent endpoint at this address (HTTP 404). Check LIVEKIT_URL: it is the address of a LiveKit server, without "/agent".',
    );
  if (status === 407)
    return failure(
      'ERR_CONNECTION_FAILED',
      'The proxy asks for credentials (HTTP 407). Check the proxy settings of this machine.',
    );
  return failure('ERR_CONNECTION_FAILED', `The server answered with HTTP ${status}.`);
};

export const failedSocket = ({ event: { error } }: { event: { error: Failure } }): Failure => error;

export const brokenSocket = ({ event: { error } }: { event: { error: unknown } }): Failure =>
  failure(
    (error as Partial<Failure> | undefined)?.code ?? 'ERR_CONNECTION_FAILED',
    messageOf(error),
  );

export const closedSocket = ({ event: { code } }: { event: { code: number } }): Failure =>
  failure('ERR_CONNECTION_FAILED', `The server closed the connection (code ${code}).`);

export const slowConnect = (): Failure =>
  failure('ERR_CONNECTION_FAILED', 'The connection was not established in 10 s.');

export const noAnswer = (): Failure =>
  failure('ERR_CONNECTION_FAILED', 'The server did not answer the registration in 10 s.');

export const silentServer = (): Failure =>
  failure('ERR_CONNECTION_FAILED', 'Nothing was heard from the server for 10 s.');

export const wrongFirstMessage = (): Failure =>
  failure('ERR_CONNECTION_FAILED', 'The server spoke before it answered the registration.');

export const unreadable = (): Failure =>
  failure('ERR_CONNECTION_FAILED', 'Ten unreadable frames came within 10 s.');

/** What a fact says about the end of a link. */
export type Cause<E> = (args: { event: E }) => Failure;

/** The retries are used up. A refusal of the key pair stays one: the server was reached. */
export const exhausted =
  <E>(cause: Cause<E>) =>
  ({ context, event }: { context: { failures: number }; event: E }): Failure => {
    const last = cause({ event });
    if (last.code === 'ERR_CREDENTIALS_REFUSED') return last;
    const attempts = context.failures === 0 ? 'one attempt' : `${context.failures + 1} attempts`;
    return failure(
      'ERR_SERVER_UNREACHABLE',
      `The server could not be reached in ${attempts}. The last one: ${last.message}`,
    );
  };
