import { availableParallelism, tmpdir } from 'node:os';
import type { JobContext, JobProcess } from '../job/context.types.js';
import type { Permissions } from '../machines/connection.types.js';
import type { JobKind } from '../machines/job.types.js';
import type { RequestFnc } from '../machines/job-request.types.js';
import type { LoadFnc } from '../machines/worker.types.js';
import { permissionProblems, WorkerPermissions, WorkerType } from '../permissions.js';
import { moduleAddress, proxyAddress, serverAddress } from './addresses.js';
import { certificateFile } from './certificates.js';
import { inheritedFlags } from './exec-argv.js';
import {
  always,
  byMode,
  callback,
  count,
  duration,
  flag,
  json,
  limit,
  list,
  longestTimer,
  megabytes,
  type Pair,
  type PairedRow,
  type Row,
  secret,
  share,
  text,
  word,
} from './rows.js';

/** What runs for each job, in a process of its own, before the agent joins the room. */
export type EntrypointFnc<UserData = Record<string, unknown>> = (
  ctx: JobContext<UserData>,
) => void | Promise<void>;

/** What prepares a process before it gets a job. */
export type PrewarmFnc<UserData = Record<string, unknown>> = (
  proc: JobProcess<UserData>,
) => void | Promise<void>;

/** How much is logged. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

type Write = (fields: object, message?: string) => void;

/** Where log lines go instead of the standard output: a pino logger is one. */
export type Logger = Readonly<
  Record<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', Write>
>;

const cores = availableParallelism;
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
/** What other languages call some of them. */
const levelNames: Readonly<Record<string, LogLevel>> = { warning: 'warn', critical: 'fatal' };
const readLevel = (written: string): string => {
  const name = written.toLowerCase();
  return Object.hasOwn(levelNames, name) ? (levelNames[name] ?? name) : name;
};
const most = Number.MAX_SAFE_INTEGER;
const isCredential = (name: string): boolean =>
  /^LIVEKIT_(API_KEY|API_SECRET|WORKER_TOKEN)$/.test(name);

/** The only place where an option's name, meaning, check, default and variable are written. */
export const optionTable = {
  /**
   * Called for each job, in the job's own process, before the agent joins the room. Required,
   * unless `agent` names a module.
   */
  entrypointFnc: callback<EntrypointFnc>('a function that takes a JobContext'),
  /**
   * Decides on each offer with `accept` or `reject`, in the worker's own process, within
   * `requestTimeout`. Default: accept everything.
   */
  requestFnc: callback<RequestFnc>('a function that takes a JobRequest'),
  /**
   * Prepares each process before it gets a job; what it loads goes to `proc.userdata`, where the
   * job finds it.
   */
  prewarmFnc: callback<PrewarmFnc>('a function that takes a JobProcess'),
  /**
   * Measures load from 0 (idle) to 1 (full); asked every 2.5 s. Default: `cpuLoad()`, the CPUs that
   * this container may use.
   */
  loadFnc: callback<LoadFnc>('a function that returns a number from 0 to 1'),
  /**
   * The agent's own module. Needed with `createWorker` and `createActor`, where no file is
   * inferred.
   */
  agent: moduleAddress,
  /** Address of the LiveKit server; `http` counts as `ws`. */
  url: serverAddress({ env: 'LIVEKIT_URL', flag: '--url' }),
  /** API key of the LiveKit server. Better set as a variable than here. */
  apiKey: secret({ env: 'LIVEKIT_API_KEY', flag: '--api-key' }),
  /** API secret of the LiveKit server. Better set as a variable than here. */
  apiSecret: secret({ env: 'LIVEKIT_API_SECRET', flag: '--api-secret' }),
  /**
   * The proxy on the way to the server; `null` is none. Default: what the variables `HTTPS_PROXY`,
   * `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in upper or lower case.
   */
  httpProxy: proxyAddress,
  /**
   * A PEM file of certificates to trust beside Node's own. It is read again for each connection.
   */
  caFile: certificateFile({ env: 'SSL_CERT_FILE' }),
  /**
   * What a hosted agent shows to its server. With it, load and threshold are the defaults, as its
   * host wants them. Better set as a variable than here.
   */
  workerToken: secret({ env: 'LIVEKIT_WORKER_TOKEN' }),
  /**
   * Runs the pool and the health endpoints without connecting; address and credentials are not
   * needed. Default: false.
   */
  unregistered: always(flag(), false),
  /** Speaks JSON in text frames with the server, for eyes on the wire. Default: false. */
  textFrames: always(flag(), false),
  /**
   * Measures the way to the server's own code and back whenever the link is silent; `/worker` shows
   * it. Default: false.
   */
  measureRoundTrip: always(flag(), false),
  /**
   * Name for explicit dispatch: only jobs that ask for it come. The empty name is automatic
   * dispatch, a job for everything of the `workerType`. Default: `''`.
   */
  agentName: always(
    text({
      env: 'LIVEKIT_AGENT_NAME',
      overrideEnv: 'LIVEKIT_AGENT_NAME_OVERRIDE',
      flag: '--agent-name',
    }),
    '',
  ),
  /**
   * What gets a job of its own: each room, each publisher or each participant. Default: `'room'`.
   */
  workerType: always<JobKind>(
    word(['room', 'publisher', 'participant'], {
      remedy: () => `Use WorkerType.${Object.keys(WorkerType).join(', WorkerType.')}.`,
    }),
    WorkerType.ROOM,
  ),
  /**
   * What the agents may do in their rooms; the server writes it into the token of each job.
   * Default: everything, and visible.
   */
  permissions: {
    expects: 'a WorkerPermissions',
    accepts: (value) => permissionProblems(value).length === 0,
    fallback: () => new WorkerPermissions(),
    remedy: (value) => `${permissionProblems(value).join('; ')}.`,
  } as Row<Partial<Permissions>>,
  /** Label of this deployment: only dispatches with the same one reach it. Default: `''`. */
  deployment: always(
    text({
      expects: 'at most 64 bytes without underscores, spaces and control characters',
      accepts: (value) =>
        typeof value === 'string' && Buffer.byteLength(value) <= 64 && !/[_\s\p{Cc}]/u.test(value),
      env: 'LIVEKIT_AGENT_DEPLOYMENT',
    }),
    '',
  ),
  /**
   * Warm processes kept ready for the next job; with 0 each process starts with its job. Default: 0
   * in dev, as many as there are cores and 4 at most in start.
   */
  numIdleProcesses: byMode(count(0, most, { flag: '--idle-processes' }), 0, Math.min(cores(), 4)),
  /**
   * Load at which the worker takes no more jobs; `Infinity` is no limit. Default: Infinity in dev,
   * 0.7 in start.
   */
  loadThreshold: byMode(share({ flag: '--load-threshold' }), Infinity, 0.7),
  /**
   * How long running jobs may take to end by themselves once the worker drains, in milliseconds;
   * then they are shut down. Default: 0 in dev, 3_600_000 in start.
   */
  drainTimeout: byMode(duration({ flag: '--drain-timeout' }), 0, 3_600_000),
  /** Port of the health endpoints; 0 takes a free one. Default: 0 in dev, 8081 in start. */
  port: byMode(count(0, 65_535, { flag: '--port' }), 0, 8081),
  /** Address that the health endpoints listen on. Default: `'0.0.0.0'`. */
  host: always(text({ flag: '--host' }), '0.0.0.0'),
  /**
   * Whether there are health endpoints. Without them `host` and `port` mean nothing, and no port is
   * opened. Default: true.
   */
  http: always(flag({ flag: '--no-http' }), true),
  /** The least level that is logged. Default: `'debug'` in dev, `'info'` in start. */
  logLevel: byMode<LogLevel>(
    word(levels, {
      env: 'LIVEKIT_LOG_LEVEL',
      otherEnv: 'LOG_LEVEL',
      flag: '--log-level',
      read: readLevel,
    }),
    'debug',
    'info',
  ),
  /** Processes that may start at the same time. Default: as many as there are cores. */
  initializeConcurrency: always(limit(1), cores()),
  /**
   * Attempts in a row that may fail to register; one more ends the worker. Those made while jobs
   * run do not count. Default: 16.
   */
  maxRetry: always(limit(0), 16),
  /**
   * Megabytes of memory (resident, of 1024 × 1024 bytes) above which the log warns of a process;
   * `Infinity` is never. Default: 1000.
   */
  jobMemoryWarnMB: always(
    megabytes('a number, 0 or more', (value) => value >= 0),
    1000,
  ),
  /**
   * Megabytes of memory above which a process is ended: its job is shut down, and has failed.
   * Default: Infinity.
   */
  jobMemoryLimitMB: always(
    megabytes('a number above 0', (value) => value > 0, {
      remedy: (value) => (value === 0 ? 'For no limit use Infinity.' : undefined),
    }),
    Infinity,
  ),
  /**
   * How long `requestFnc` may take to answer an offer, in milliseconds; the server gives up soon
   * after. Default: 2000.
   */
  requestTimeout: always(
    duration({
      expects: 'milliseconds from 1 to 2800',
      accepts: (value) => typeof value === 'number' && value >= 1 && value <= 2800,
      remedy: () => 'The server waits about 2.8 s for an answer.',
    }),
    2_000,
  ),
  /**
   * How long the server may take to assign a job that was accepted, in milliseconds. Default: 7500.
   */
  assignmentTimeout: always(duration(), 7_500),
  /**
   * How long a warm process may take to acknowledge its job, in milliseconds; then another one gets
   * it. Default: 2000.
   */
  startTimeout: always(duration(), 2_000),
  /** How long a process may take to start and prewarm, in milliseconds. Default: 10_000. */
  initializeProcessTimeout: always(duration(), 10_000),
  /**
   * How long a process may take to shut down, in milliseconds; then it is killed. Default: 10_000.
   */
  shutdownProcessTimeout: always(duration(), 10_000),
  /**
   * How long the entrypoint may take to return once its job shuts down, in milliseconds. After a
   * termination by the server it gets 1.5 s at most. Default: 3000.
   */
  entrypointGraceTimeout: always(duration(), 3_000),
  /**
   * Jobs that one process runs, one after the other; `Infinity` is no limit. With more than 1 a job
   * finds what the jobs before it left in memory. After a job that failed, or that was ended from
   * outside, a process runs no other. Default: 1.
   */
  maxJobsPerProcess: always(limit(1), 1),
  /** Offers that may be open at the same time; more are refused at once. Default: 256. */
  maxOpenOffers: always(limit(0), 256),
  /** Jobs that may run at the same time, accepted offers included. Default: Infinity. */
  maxJobs: always(limit(0, { flag: '--max-jobs' }), Infinity),
  /**
   * Whether the participant of a process that died is removed from its room, where the server would
   * keep it for many seconds. Default: true.
   */
  removeDeadParticipant: always(flag(), true),
  /**
   * Names of the only variables that jobs inherit. Default: all but LiveKit's key pair and worker
   * token, and those that load a debugger or code into Node.
   */
  env: list('a list of names of environment variables'),
  /** Names of variables that jobs do not inherit. Default: `[]`. */
  envExclude: always(list('a list of names of environment variables'), []),
  /**
   * Variables that jobs get beside what they inherit, or instead of it: `{ OMP_NUM_THREADS: '1' }`.
   * Default: none.
   */
  envSet: {
    expects: "an object of names and texts, without LiveKit's key pair and worker token",
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(
        ([name, text]) => /^[^=\0]+$/.test(name) && typeof text === 'string' && !isCredential(name),
      ),
    remedy: (value) =>
      Object.keys(Object(value)).some(isCredential)
        ? 'A job gets the token of its room, and no key pair and no worker token.'
        : undefined,
    secret: true,
  } as Row<Readonly<Record<string, string>>>,
  /**
   * Node's flags for the processes of jobs. Flags are also how a process gets limits of its own:
   * `['--max-old-space-size=512']` is one for its heap. Default: those of this process, without its debugger.
   */
  execArgv: {
    ...list("a list of Node's flags"),
    fallback: () => inheritedFlags(process.execArgv),
  } as Row<readonly string[]>,
  /**
   * How long each shutdown callback of a job may take, in milliseconds; then the process exits
   * without it. `shutdownProcessTimeout` limits all of the shutdown. Default: Infinity.
   */
  shutdownCallbackTimeout: always(duration(), Infinity),
  /**
   * How long a process that did not end in time may take to end after SIGTERM, in milliseconds;
   * then it gets SIGKILL. Default: 2000.
   */
  terminateTimeout: always(count(0, longestTimer), 2_000),
  /**
   * What becomes of a job with a rejected promise that nobody handles: `'fail'`, it has failed; or
   * `'log'`, an error in its log. Default: `'fail'`.
   */
  unhandledRejection: always<'fail' | 'log'>(word(['fail', 'log']), 'fail'),
  /**
   * Whether jobs get the key pair, for `ctx.api`; it is in no variable and no argument of theirs.
   * Default: false.
   */
  exposeCredentials: always(flag(), false),
  /** A value for all jobs, of what JSON can hold: they find it in `proc.userArguments`. */
  userArguments: json(),
  /**
   * Whether a report is written of a process that hangs or grows too large, before it is ended:
   * where its code stands, and what was last seen of it. Default: false.
   */
  dumpStackTraces: always(flag({ env: 'LK_DUMP_STACK_TRACES' }), false),
  /** Folder for those reports. Default: that for temporary files. */
  dumpDir: {
    ...text({
      expects: 'the path of a folder',
      accepts: (value) => typeof value === 'string' && value !== '',
      env: 'LK_DUMP_DIR',
    }),
    fallback: () => tmpdir(),
  } as Row<string>,
  /** Where `cli.runApp` writes log lines instead of its own output: a pino logger is one. */
  logger: {
    expects: 'an object with the functions trace, debug, info, warn, error and fatal',
    accepts: (value) =>
      typeof value === 'object' &&
      value !== null &&
      levels
        .filter((level) => level !== 'silent')
        .every((level) => typeof (value as Partial<Record<string, unknown>>)[level] === 'function'),
  } as Row<Logger>,
} satisfies Record<string, Row<unknown> | PairedRow<unknown>>;

type Table = typeof optionTable;
/** The name of an option. */
export type OptionName = keyof Table;

type Value<R> = R extends Row<infer T> ? T : never;
type Given<R> = R extends PairedRow<infer T> ? T | Pair<T> : Value<R>;
// Generic over the table, so that each option keeps the documentation of its row.
type GivenOptions<T, UserData> = {
  readonly [Name in keyof T]?:
    | (Name extends 'entrypointFnc'
        ? EntrypointFnc<UserData>
        : Name extends 'prewarmFnc'
          ? PrewarmFnc<UserData>
          : Given<T[Name]>)
    | undefined;
};

/** What a caller may pass. */
export type WorkerOptionsInit<UserData = Record<string, unknown>> = GivenOptions<Table, UserData>;

/** Every option with a value; those without a default may be undefined. */
export type OptionValues = { readonly [Name in OptionName]: Value<Table[Name]> | undefined };
