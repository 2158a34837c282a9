import { createRequire } from 'node:module';
import type { LiveKitAPI } from 'livekit-server-sdk';
import { WorkerError } from '../errors.js';
import type { Secret } from '../secret.js';

/** The server of the worker, with the key pair that its jobs may use. */
export interface ServerAccess {
  readonly url: string;
  readonly keyPair: Secret<{ readonly apiKey: string; readonly apiSecret: string }>;
}

const name: string = 'livekit-server-sdk';

/** What a job without a key pair is told. */
export const keyPairHint =
  'Jobs get no key pair: set the option exposeCredentials to true, and use ctx.api';

/** The clients of a server, made and loaded at the first look. */
export function serverApi(access: ServerAccess | undefined): () => LiveKitAPI {
  let made: LiveKitAPI | undefined;
  return () => {
    if (access === undefined) throw new WorkerError('ERR_NO_CREDENTIALS', `${keyPairHint}.`);
    made ??= connectTo(access);
    return made;
  };
}

function connectTo({ url, keyPair }: ServerAccess): LiveKitAPI {
  const { apiKey, apiSecret: secret } = keyPair.reveal();
  const sdk = load() as typeof import('livekit-server-sdk');
  const api = new sdk.LiveKitAPI({ host: url.replace(/^ws/, 'http'), apiKey, secret });
  for (const one of [api, ...Object.values(api)]) Object.defineProperties(one, unseen);
  return api;
}

/** Clients hold the key pair as they please; whoever prints or logs one does not. */
const show = { value: () => '[clients of the server]' };
const unseen = { toJSON: show, [Symbol.for('nodejs.util.inspect.custom')]: show };

/** Beside the program that runs here, which is part of the package that brings it along. */
const load = (): unknown => createRequire(process.argv[1] ?? '')(name);

/** Whether an error says that there is no key pair, in the words of LiveKit's packages. */
export const missesKeyPair = (text: string): boolean =>
  /LIVEKIT_API_(?:KEY|SECRET)|api[- ]?key and (?:api[- ]?)?secret/i.test(text);
