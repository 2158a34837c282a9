import { Job } from '@livekit/protocol';
import type { Room } from '@livekit/rtc-node';
import { after, type JobClock, realClock } from './clock.js';
import { createContext } from './context.js';
import type { JobContext, ShutdownCallback } from './context.types.js';
import { bindRoom, runWithJobContext } from './current-context.js';
import { createJobRoom, type JobRoom, nativeRoom } from './job-room.js';
import type { StartOrder } from './lifecycle.types.js';
import type { JobLog, LogContext } from './log.js';
import type { Prepared } from './prepare.js';
import type { ServerAccess } from './server-api.js';
import { createSimulatedRoom } from './simulated-room.js';
import { readClaims } from './token.js';
import { within } from './within.js';

const unconnectedMs = 10_000;
/** A token that is good for less time than this may be refused before the room is joined. */
const nearExpiryMs = 60_000;

/** One job in this process: its context, and the steps of its end. */
export interface RunningJob {
  readonly ctx: JobContext;
  /** Calls the entrypoint in this very tick. */
  call(): Promise<void>;
  abort(reason: string): void;
  /** Leaves the room; a second call waits for the first. Answers whether that worked. */
  leave(): Promise<boolean>;
  /**
   * Runs the shutdown callbacks in parallel; a second call waits for the first. Answers whether all
   * of them succeeded, in time.
   */
  runCallbacks(reason: string): Promise<boolean>;
  /** Whether no participant entrypoint runs any more. */
  isAtRest(): boolean;
}

interface RunningJobInput extends Prepared {
  readonly order: StartOrder;
  readonly server: ServerAccess | undefined;
  readonly log: JobLog;
  readonly logContext: LogContext;
  readonly clock?: JobClock;
  /** Makes the room, instead of what the job's URL says. */
  readonly createRoom?: () => Room;
  readonly onShutdown: (reason: string) => void;
  readonly onDisconnected: () => void;
}

/** Rebuilds the job from its record. Throws when the record is none. */
export function openJob(input: RunningJobInput): RunningJob {
  const { agent, proc, order, log, clock = realClock, onShutdown, onDisconnected } = input;
  const { url, token, workerId } = order;
  const job = Job.fromBinary(Buffer.from(order.record, 'base64'));
  const isSimulated = url.startsWith('simulated:');
  const end = new AbortController();
  const { signal } = end;
  const callbacks: ShutdownCallback[] = [];
  const inContext = <Result>(work: () => Result) => runWithJobContext(ctx, work);
  const ordinary = () => (isSimulated ? simulatedRoom(job, order) : nativeRoom(input.rtc));
  const create = () => {
    const made = (input.createRoom ?? ordinary)();
    bindRoom(made, inContext);
    return made;
  };
  const room = createJobRoom({
    url,
    token,
    signal,
    create,
    onJoining: () => warnOfExpiry(token, log),
    onJoined: () => greet(),
    onDisconnected,
  });
  const { ctx, greet, isAtRest } = createContext({
    ...{ job, workerId, token, isSimulated, proc, room, log, clock, onShutdown, signal },
    ...{ logContext: input.logContext, directory: input.directory, server: input.server },
    onCallback: (callback) => callbacks.push(callback),
  });
  const seen = agent.contextFor?.(ctx, { order, server: input.server }) ?? ctx;
  const callBack = async (callback: ShutdownCallback, reason: string): Promise<boolean> => {
    const result = guard(what, log, () => callback(reason));
    if (await within(input.callbackMs, result, clock)) return result;
    log.warn(`${what} did not end in time`);
    return false;
  };

  return {
    ctx,
    isAtRest,
    call: () => {
      const cancel = after(clock, unconnectedMs, () => warnUnconnected(ctx, room));
      signal.addEventListener('abort', cancel, { once: true });
      return inContext(async () => agent.entrypoint(seen));
    },
    abort: (reason) => inContext(() => end.abort(new DOMException(reason, 'AbortError'))),
    leave: once(() => guard('leaving the room', log, () => room.leave())),
    runCallbacks: once(async (reason: string) => {
      const results = inContext(() => callbacks.map((call) => callBack(call, reason)));
      return (await Promise.all(results)).every((isDone) => isDone);
    }),
  };
}

const what = 'a shutdown callback';

const once = <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) => {
  let running: Promise<Result> | undefined;
  return (...args: Args): Promise<Result> => {
    running ??= work(...args);
    return running;
  };
};

function warnUnconnected({ log, signal }: JobContext, room: JobRoom): void {
  if (signal.aborted || room.peek()?.isConnected) return;
  log.warn('the job has not joined its room 10 s after its start: call ctx.connect()');
}

/** A worker may have waited long before it could start the job. */
function warnOfExpiry(token: string, log: JobLog): void {
  const expiresAt = readClaims(token)?.expiresAt;
  if (expiresAt === undefined) return;
  const leftMs = expiresAt.getTime() - Date.now();
  if (leftMs <= 0) log.warn('the token of the job has expired: the server may refuse it');
  else if (leftMs < nearExpiryMs)
    log.warn({ left_ms: leftMs }, 'the token of the job expires soon');
}

/** User code may throw in any way; the others go on. Answers whether it did not. */
async function guard(
  what: string,
  log: JobLog,
  work: () => void | Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (err) {
    log.error({ err }, `${what} failed`);
    return false;
  }
}

// A simulated room has what an entrypoint needs without media; the rest refuses with its reason.
const simulatedRoom = ({ room, participant }: Job, { participation }: StartOrder): Room =>
  createSimulatedRoom({
    room: { name: room?.name ?? '', sid: room?.sid ?? '', metadata: room?.metadata ?? '' },
    local: participation,
    others: participant ? [participant] : [],
  }) as unknown as Room;
