import * as v from 'valibot';
import type { JobClock } from '../../job/clock.js';
import type { SimulatedIdentity } from '../../job/simulated-participant.js';
import type { SimulatedPeer } from '../../job/simulated-world.js';
import { aFunction, check, limit, members, name, text, texts, word } from '../checked.js';
import type { JobTypeWord } from '../dispatch/records.js';

/** What a job of a test is about. All of it may be left out. */
export interface TestJobOptions {
  /** Name of the room, or the room. Default `room`. */
  readonly room?: string | { readonly name: string; readonly metadata?: string };
  /** What started the job. Default `room`. */
  readonly jobType?: JobTypeWord;
  /**
   * Whom a publisher or participant job is about, `caller` unless given; a text is the identity. It
   * is in the room before the agent.
   */
  readonly participant?: string | SimulatedPeer;
  /** Who else is in the room before the agent. */
  readonly others?: readonly SimulatedPeer[];
  /** Metadata of the dispatch: `ctx.job.metadata`. */
  readonly metadata?: string;
  /** Attributes of the dispatch: `ctx.job.attributes`. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** Agent name of the dispatch. Default none. */
  readonly agentName?: string;
  /** What `accept` would have said of the agent; its identity is `agent-<job id>` unless given. */
  readonly agent?: Partial<
    Pick<SimulatedIdentity, 'identity' | 'name' | 'metadata' | 'attributes'>
  >;
  /** What is in `ctx.proc.userdata` before a prewarm function adds to it. */
  readonly userdata?: object;
  /** What is in `ctx.proc.userArguments`. */
  readonly userArguments?: unknown;
  /** How long each shutdown callback may take, in milliseconds. Default: Infinity, as in a worker. */
  readonly shutdownCallbackTimeout?: number;
  /**
   * The time of the job: {@link createVirtualClock}, or xstate's `SimulatedClock`. Default the real
   * time.
   */
  readonly clock?: JobClock;
}

const person = {
  identity: name,
  sid: text,
  name: text,
  metadata: text,
  attributes: texts,
  kind: v.number('a number'),
  onData: aFunction,
};
const peer = v.strictObject(
  { ...v.partial(v.strictObject(person)).entries, identity: name },
  'an object with an identity',
);
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isClock = (value: unknown): boolean =>
  isObject(value) &&
  'setTimeout' in value &&
  typeof value.setTimeout === 'function' &&
  'clearTimeout' in value &&
  typeof value.clearTimeout === 'function';

/** What a clock must have. */
export const clock = v.custom<JobClock>(isClock, 'an object with setTimeout and clearTimeout');

const entries = {
  room: v.union(
    [name, v.strictObject({ name, metadata: v.optional(text) })],
    'a name, or an object with a name',
  ),
  jobType: word('room', 'publisher', 'participant'),
  participant: v.union([name, peer], 'an identity, or an object with one'),
  others: v.array(peer, 'a list of participants'),
  metadata: text,
  attributes: texts,
  agentName: text,
  agent: members({ identity: name, name: text, metadata: text, attributes: texts }),
  userdata: v.custom<object>(isObject, 'an object'),
  userArguments: v.unknown(),
  shutdownCallbackTimeout: limit,
  clock,
};
const contextOptions = members(entries);
const runOptions = members({
  ...entries,
  initializeProcessTimeout: limit,
  entrypointGraceTimeout: limit,
  shutdownProcessTimeout: limit,
});

/** @throws WorkerError `ERR_INVALID_OPTIONS`, naming all that is wrong. */
export const checkContextOptions = (options: unknown): void =>
  check('ERR_INVALID_OPTIONS', 'fakeJobContext', contextOptions, options);

/** @throws WorkerError `ERR_INVALID_OPTIONS`, naming all that is wrong. */
export const checkRunOptions = (options: unknown): void =>
  check('ERR_INVALID_OPTIONS', 'runJob', runOptions, options);
