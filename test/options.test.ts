import { availableParallelism, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { WorkerError } from '../src/errors.js';
import { type Resolution, resolveOptions } from '../src/options.js';
import { WorkerPermissions } from '../src/permissions.js';
import { certificate } from './support/certificates.js';

const cores = availableParallelism();
const variables = {
  LIVEKIT_URL: 'wss://example.com',
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'very-secret',
};
const agentFile = fileURLToPath(import.meta.url);
const agent = { url: 'file:///agent.js', form: 'file' } as const;

/** Options as a careless caller of JavaScript may write them. */
const resolve = (given: object = {}, sources: Partial<Resolution> = {}) =>
  resolveOptions(
    { entrypointFnc: () => {}, ...given },
    { mode: 'start', env: variables, flags: {}, agent, ...sources },
  );

const problemOf = (work: () => unknown): Pick<WorkerError, 'code' | 'message'> => {
  try {
    work();
  } catch (error) {
    const { code, message } = error as WorkerError;
    return { code, message };
  }
  throw new Error('nothing was wrong');
};

const refusal = (given: object, sources: Partial<Resolution> = {}): string[] => {
  const { code, message } = problemOf(() => resolve(given, sources));
  expect(code).toBe('ERR_INVALID_OPTIONS');
  return message.split('\n').slice(1);
};

describe('defaults', () => {
  const common = {
    agent,
    url: 'wss://example.com',
    socket: {
      httpProxy: undefined,
      caFile: undefined,
      workerToken: undefined,
      textFrames: false,
    },
    measureRoundTrip: false,
    unregistered: false,
    advice: [],
    agentName: '',
    agentNameIsEnv: false,
    workerType: 'room',
    deployment: '',
    version: 'development',
    permissions: {
      canPublish: true,
      canSubscribe: true,
      canPublishData: true,
      canUpdateMetadata: true,
      canPublishSources: [],
      hidden: false,
    },
    requestFnc: undefined,
    loadFnc: undefined,
    initializeConcurrency: cores,
    maxRetry: 16,
    jobMemoryWarnMB: 1000,
    jobMemoryLimitMB: Infinity,
    requestTimeout: 2_000,
    assignmentTimeout: 7_500,
    startTimeout: 2_000,
    initializeProcessTimeout: 10_000,
    shutdownProcessTimeout: 10_000,
    entrypointGraceTimeout: 3_000,
    maxOpenOffers: 256,
    maxJobs: Infinity,
    maxJobsPerProcess: 1,
    removeDeadParticipant: true,
    http: true,
    host: '0.0.0.0',
    env: undefined,
    envExclude: [],
    shutdownCallbackTimeout: Infinity,
    terminateTimeout: 2_000,
    unhandledRejection: 'fail',
    exposeCredentials: false,
    envSet: undefined,
    dumpStackTraces: false,
    dumpDir: tmpdir(),
  };

  it.each([
    [
      'dev',
      { numIdleProcesses: 0, loadThreshold: Infinity, drainTimeout: 0, port: 0, logLevel: 'debug' },
    ],
    [
      'start',
      {
        numIdleProcesses: Math.min(cores, 4),
        loadThreshold: 0.7,
        drainTimeout: 3_600_000,
        port: 8081,
        logLevel: 'info',
      },
    ],
  ] as const)('are complete in %s (F-1, F-6, F-7, F-126, F-127, O-25)', (mode, own) => {
    const { credentials, execArgv: _, userArguments, ...plain } = resolve({}, { mode });

    expect(plain).toEqual({ ...common, ...own, mode });
    expect(userArguments.reveal()).toBe(undefined);
    expect(credentials.reveal()).toEqual({ apiKey: 'key', apiSecret: 'very-secret' });
  });

  it('are frozen all the way down (F-23, O-36)', () => {
    const settings = resolve({ env: ['A'], envExclude: ['B'], execArgv: ['--c'] });

    const parts = [
      settings,
      settings.agent,
      settings.permissions,
      settings.env,
      settings.envExclude,
    ];
    expect(
      [...parts, settings.execArgv, settings.permissions.canPublishSources].map(Object.isFrozen),
    ).toEqual(Array(7).fill(true));
  });
});

describe('bounds', () => {
  const longest = 2 ** 31 - 1;
  const durations = [0, 0.5, longest, Infinity];
  const badDurations = [-1, Number.NaN, longest + 1, '5', null];
  const fn = () => {};

  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['entrypointFnc', [fn], ['./agent.js', null]],
    ['requestFnc', [fn], [true, {}]],
    ['prewarmFnc', [fn], [true, {}]],
    ['loadFnc', [fn], [0.5, {}]],
    ['agent', [new URL('file:///a.js'), 'file:///a%20b.js'], ['./a.js', 'https://a/b.js', 1]],
    ['url', ['ws://a', 'wss://a/b', 'http://a', 'https://a:1'], ['a', 'ftp://a', 'ws://u:p@a', '']],
    ['apiKey', ['k'], ['', 1, null]],
    ['apiSecret', ['s'], ['', 1, null]],
    ['httpProxy', [null, 'http://u:p@a:3128', 'https://a'], ['a:3128', 'socks5://a', '', true]],
    ['caFile', [certificate('own').file], ['/nowhere.pem', agentFile, '', 1, null]],
    ['workerToken', ['t'], ['', 1, null]],
    ['unregistered', [true, false], ['true', 1, null]],
    ['textFrames', [true, false], ['true', 1, null]],
    ['measureRoundTrip', [true, false], ['true', 1, null]],
    ['agentName', ['', 'bob'], [1, null]],
    ['workerType', ['room', 'publisher', 'participant'], ['ROOM', 'JT_ROOM', 0, '']],
    [
      'permissions',
      [new WorkerPermissions(), { hidden: true }],
      [true, [], { hiden: true }, { hidden: 1 }],
    ],
    ['deployment', ['', 'blue-1', 'x'.repeat(64)], ['a_b', 'a b', 'a\u0000', 'ü'.repeat(33)]],
    ['numIdleProcesses', [0, 1, 500], [-1, 0.5, Infinity, '1']],
    ['loadThreshold', [0, 0.5, 1, Infinity], [-0.1, 1.1, 70, Number.NaN, '0.7']],
    ['drainTimeout', durations, badDurations],
    ['port', [0, 8081, 65_535], [-1, 65_536, 1.5, Infinity, '80']],
    ['http', [true, false], ['false', 0, null]],
    ['host', ['', '127.0.0.1'], [1, null]],
    ['logLevel', ['trace', 'fatal', 'silent'], ['INFO', 'verbose', 30]],
    ['initializeConcurrency', [1, 64, Infinity], [0, 1.5, -1]],
    ['maxRetry', [0, 16, Infinity], [-1, 0.5, Number.NaN]],
    ['jobMemoryWarnMB', [0, 0.5, 1000, Infinity], [-1, Number.NaN, '1000']],
    ['jobMemoryLimitMB', [0.5, 1000, Infinity], [0, -1, Number.NaN]],
    ['requestTimeout', [1, 2_800], [0, 2_801, Infinity]],
    ['assignmentTimeout', durations, badDurations],
    ['startTimeout', durations, badDurations],
    ['initializeProcessTimeout', durations, badDurations],
    ['shutdownProcessTimeout', durations, badDurations],
    ['entrypointGraceTimeout', durations, badDurations],
    ['maxOpenOffers', [0, 256, Infinity], [-1, 0.5]],
    ['maxJobs', [0, 10, Infinity], [-1, 0.5]],
    ['maxJobsPerProcess', [1, 2, Infinity], [0, -1, 1.5, '2']],
    ['removeDeadParticipant', [true, false], ['true', 1, null]],
    ['env', [[], ['PATH']], ['PATH', [1], ['']]],
    ['envExclude', [[], ['PATH']], ['PATH', [1]]],
    [
      'envSet',
      [{}, { OMP_NUM_THREADS: '1', EMPTY: '' }],
      [
        [],
        'A=b',
        { A: 1 },
        { '': 'a' },
        { 'A=B': 'a' },
        { LIVEKIT_API_KEY: 'k' },
        { LIVEKIT_WORKER_TOKEN: 't' },
      ],
    ],
    ['dumpStackTraces', [true, false], ['yes', 1, null]],
    ['dumpDir', ['/tmp', 'reports'], ['', 1, null]],
    ['execArgv', [[], ['--import', 'tsx']], ['--import tsx', [1]]],
    ['shutdownCallbackTimeout', durations, badDurations],
    ['terminateTimeout', [0, 2_000, longest], [-1, 0.5, Infinity, '5', null]],
    ['unhandledRejection', ['fail', 'log'], ['warn', true, null]],
    ['exposeCredentials', [true, false], ['true', 1, null]],
    [
      'userArguments',
      [{ tenants: ['a', 1, null, true] }, 'eu', 0, false, null],
      [new Map(), { at: new Date(0) }, Number.NaN, fn, 1n, { left: undefined }],
    ],
    ['logger', [{ ...levels(fn), child: fn }], [fn, {}, { info: fn }]],
  ])(
    '%s takes the good values and refuses the others by name (F-17, F-19, O-5, O-6, O-8, N-51)',
    (name, good, bad) => {
      expect(good.map((value) => () => resolve({ [name]: value })).map(succeeds)).toEqual(
        good.map(() => true),
      );
      expect(bad.map((value) => refusal({ [name]: value })).map((lines) => lines.length)).toEqual(
        bad.map(() => 1),
      );
      expect(
        bad.flatMap((value) => refusal({ [name]: value })).map((line) => line.split(':')[0]),
      ).toEqual(bad.map(() => `- ${name}`));
    },
  );

  it('keeps 0 and Infinity as they are (F-6, F-7, O-5, O-6, D-9, N-51)', () => {
    const zeros = { numIdleProcesses: 0, loadThreshold: 0, drainTimeout: 0, port: 0, maxJobs: 0 };
    const limitless = { maxRetry: Infinity, drainTimeout: Infinity, maxJobs: Infinity };

    expect(resolve(zeros)).toMatchObject(zeros);
    expect(resolve(limitless)).toMatchObject(limitless);
  });
});

describe('pairs', () => {
  it.each([
    ['numIdleProcesses', 1, 2],
    ['loadThreshold', 0.1, 0.2],
    ['drainTimeout', 1, 2],
    ['port', 1, 2],
    ['logLevel', 'warn', 'error'],
  ] as const)('%s differs between dev and start (F-15, O-33, O-35)', (name, dev, prod) => {
    const given = { [name]: { dev, prod } };

    expect(resolve(given, { mode: 'dev' })[name]).toBe(dev);
    expect(resolve(given, { mode: 'start' })[name]).toBe(prod);
  });

  it('keep the default of the half that is left out', () => {
    expect(resolve({ port: { dev: 9000 } }).port).toBe(8081);
    expect(resolve({ port: { prod: 9000 } }, { mode: 'dev' }).port).toBe(0);
  });

  it('are checked in both halves, whichever is used', () => {
    expect(refusal({ port: { dev: -1, prod: 80, production: 1 } })).toEqual([
      '- port.dev: expected a whole number from 0 to 65535, got -1.',
      '- port.production: a pair has "dev" and "prod" only.',
    ]);
  });

  it('are refused where there is one default', () => {
    expect(refusal({ maxJobs: { dev: 1, prod: 2 } })).toEqual([
      '- maxJobs: expected a whole number, 0 or more, or Infinity, got an object.',
    ]);
  });
});

describe('precedence', () => {
  it.each([
    ['url', 'LIVEKIT_URL', 'ws://variable', 'ws://option', 'ws://flag'],
    ['agentName', 'LIVEKIT_AGENT_NAME', 'variable', 'option', 'flag'],
    ['logLevel', 'LIVEKIT_LOG_LEVEL', 'warn', 'error', 'fatal'],
  ] as const)(
    '%s: flag, then option, then variable, then default (F-14, F-16, E-1, E-4, E-8, D-10)',
    (name, key, variable, option, flag) => {
      const env = { ...variables, [key]: variable };

      expect(resolve({}, { env })[name]).toBe(variable);
      expect(resolve({ [name]: option }, { env })[name]).toBe(option);
      expect(resolve({ [name]: option }, { env, flags: { [name]: flag } })[name]).toBe(flag);
      expect(resolve({}, { env, flags: { [name]: flag } })[name]).toBe(flag);
    },
  );

  it.each([
    ['apiKey', 'LIVEKIT_API_KEY'],
    ['apiSecret', 'LIVEKIT_API_SECRET'],
  ] as const)('%s: flag, then option, then variable (F-14, O-12, E-2, E-3)', (name, key) => {
    const env = { ...variables, [key]: 'variable' };
    const read = (given: object, flags: object = {}) =>
      resolve(given, { env, flags: { ...flags } }).credentials.reveal()[name];

    expect(read({})).toBe('variable');
    expect(read({ [name]: 'option' })).toBe('option');
    expect(read({ [name]: 'option' }, { [name]: 'flag' })).toBe('flag');
  });

  it('takes the deployment from its variable (O-32, E-6)', () => {
    const env = { ...variables, LIVEKIT_AGENT_DEPLOYMENT: 'green' };

    expect(resolve({}, { env }).deployment).toBe('green');
    expect(resolve({ deployment: 'blue' }, { env }).deployment).toBe('blue');
  });

  it('lets the override of the agent name beat everything (F-16, E-5)', () => {
    const env = { ...variables, LIVEKIT_AGENT_NAME_OVERRIDE: 'forced', LIVEKIT_AGENT_NAME: 'low' };

    expect(resolve({ agentName: 'option' }, { env, flags: { agentName: 'flag' } }).agentName).toBe(
      'forced',
    );
  });

  it('reads LOG_LEVEL where LIVEKIT_LOG_LEVEL is not set (E-8, E-9)', () => {
    const env = { ...variables, LOG_LEVEL: 'ERROR' };

    expect(resolve({}, { env }).logLevel).toBe('error');
    expect(resolve({}, { env: { ...env, LIVEKIT_LOG_LEVEL: 'trace' } }).logLevel).toBe('trace');
    expect(resolve({ logLevel: 'warn' }, { env }).logLevel).toBe('warn');
    expect(refusal({}, { env: { ...env, LOG_LEVEL: 'loud' } })).toEqual([
      expect.stringMatching(/^- logLevel \(from LOG_LEVEL\): expected one of .*, got "loud"\.$/),
    ]);
  });

  it('knows whether the agent has its name from a variable', () => {
    const env = { ...variables, LIVEKIT_AGENT_NAME: 'bob' };
    const forced = { ...env, LIVEKIT_AGENT_NAME_OVERRIDE: 'forced' };
    const flags = { agentName: 'flag' };

    expect(
      [
        resolve(),
        resolve({}, { env }),
        resolve({ agentName: 'option' }, { env }),
        resolve({}, { env, flags }),
        resolve({}, { env: forced, flags }),
      ].map(({ agentNameIsEnv }) => agentNameIsEnv),
    ).toEqual([false, true, false, false, true]);
  });

  it('takes an empty variable for unset, and an empty option for empty', () => {
    const env = { ...variables, LIVEKIT_AGENT_NAME: '', LIVEKIT_LOG_LEVEL: '' };

    expect(resolve({}, { env })).toMatchObject({ agentName: '', logLevel: 'info' });
    expect(
      resolve({ agentName: '' }, { env: { ...variables, LIVEKIT_AGENT_NAME: 'low' } }).agentName,
    ).toBe('');
  });

  it('prefers the agent of the options to the file of the command line', () => {
    expect(resolve({ agent: new URL('file:///own.js') }).agent).toEqual({
      url: 'file:///own.js',
      form: 'module',
    });
  });
});

describe('the way to the server', () => {
  const way = (given: object, env: Readonly<Record<string, string>> = {}) =>
    resolve(given, { env: { ...variables, ...env } }).socket;

  it('keeps proxy and token secret, and tells no proxy from an unset one (O-16, F-24)', () => {
    const { httpProxy, workerToken } = way({
      httpProxy: 'http://user:hush@proxy',
      workerToken: 'hush',
    });

    expect([httpProxy?.reveal(), workerToken?.reveal()]).toEqual([
      'http://user:hush@proxy',
      'hush',
    ]);
    expect(JSON.stringify({ httpProxy, workerToken })).not.toMatch(/hush/);
    expect(way({ httpProxy: null }).httpProxy).toBe(null);
    expect(way({}).httpProxy).toBe(undefined);
  });

  it('never repeats a proxy that is wrong', () => {
    expect(refusal({ httpProxy: 'socks5://user:hush@proxy' })).toEqual([
      '- httpProxy: expected an http or https URL, or null for no proxy, got [secret].',
    ]);
  });

  it('takes certificates and the token of a hosted agent from their variables (E-7, E-16)', () => {
    const { caFile, workerToken } = way(
      {},
      { SSL_CERT_FILE: certificate('own').file, LIVEKIT_WORKER_TOKEN: 'hosted' },
    );

    expect([caFile, workerToken?.reveal()]).toEqual([certificate('own').file, 'hosted']);
  });

  it('says what is wrong with a file of certificates', () => {
    expect(refusal({ caFile: '/nowhere.pem' }, { env: { ...variables } })).toEqual([
      '- caFile: expected the path of a PEM file with certificates, got "/nowhere.pem". It cannot be read (ENOENT).',
    ]);
    expect(refusal({ caFile: agentFile })).toEqual([
      `- caFile: expected the path of a PEM file with certificates, got "${agentFile}". There is no certificate in it.`,
    ]);
  });

  it('needs neither address nor credentials when it is unregistered (F-153, O-34)', () => {
    expect(resolve({ unregistered: true }, { env: {} })).toMatchObject({
      unregistered: true,
      url: '',
    });
  });
});

describe('advice', () => {
  const advice = (given: object, env: Readonly<Record<string, string>> = {}) => {
    const settings = resolve(given, { env: { ...variables, ...env } });
    return settings.advice.map(({ code, message }) => {
      expect(code).toBe('ERR_DOUBTFUL_OPTION');
      return message;
    });
  };

  it.each([
    'ws://localhost',
    'ws://127.0.0.1:7880',
    'ws://127.1.2.3',
    'http://[::1]:7880',
    'ws://livekit.localhost:7880',
    'wss://a',
  ])('has none for %s', (url) => {
    expect(advice({ url })).toEqual([]);
  });

  it('warns of an address that is neither encrypted nor of this machine (R-S10)', () => {
    expect(advice({ url: 'http://example.com' })).toEqual([
      'url: ws:// is not encrypted, and tokens can be read on the way. Use wss:// to another machine.',
    ]);
  });

  it('warns of sources that the server ignores, and of tracks that nobody receives (F-9, N-36)', () => {
    const permissions = { canPublishSources: ['camera'], hidden: true };

    expect(advice({ permissions })).toEqual([
      'permissions: the open server ignores canPublishSources; agents may publish from every source there.',
      'permissions: what a hidden agent publishes, nobody receives.',
    ]);
    expect(advice({ permissions: { hidden: true, canPublish: false } })).toEqual([]);
  });

  it('warns of load options that a hosted worker ignores, and ignores them (F-18, O-31)', () => {
    const given = { workerToken: 'hosted', loadFnc: () => 0, loadThreshold: 0.2 };

    expect(advice(given)).toEqual([
      'workerToken: a hosted worker ignores loadFnc and loadThreshold.',
    ]);
    expect(resolve(given)).toMatchObject({ loadFnc: undefined, loadThreshold: 0.7 });
    expect(advice({ workerToken: 'hosted' })).toEqual([]);
  });
});

describe('texts of flags and variables', () => {
  it.each([
    ['numIdleProcesses', '3', 3],
    ['maxJobs', 'Infinity', Infinity],
    ['loadThreshold', '0.5', 0.5],
    ['drainTimeout', '1500', 1_500],
    ['drainTimeout', '500ms', 500],
    ['drainTimeout', '90s', 90_000],
    ['drainTimeout', '1.5h', 5_400_000],
    ['drainTimeout', '0', 0],
    ['port', '0', 0],
    ['logLevel', 'WARN', 'warn'],
    ['logLevel', 'Warning', 'warn'],
    ['logLevel', 'CRITICAL', 'fatal'],
  ] as const)('reads %s from "%s"', (name, written, value) => {
    expect(resolve({}, { flags: { [name]: written } })[name]).toBe(value);
  });

  it('names the flag or the variable that is wrong', () => {
    const env = { ...variables, LIVEKIT_LOG_LEVEL: 'chatty' };

    expect(
      refusal({}, { env, flags: { port: 'eighty', drainTimeout: '30x', maxJobs: '' } }),
    ).toEqual([
      '- drainTimeout (from --drain-timeout): expected milliseconds from 0 to 2147483647, or Infinity, got "30x".',
      '- port (from --port): expected a whole number from 0 to 65535, got "eighty".',
      '- logLevel (from LIVEKIT_LOG_LEVEL): expected one of "trace", "debug", "info", "warn", "error", "fatal", "silent", got "chatty".',
      '- maxJobs (from --max-jobs): expected a whole number, 0 or more, or Infinity, got "".',
    ]);
  });
});

describe('NUM_CPUS', () => {
  it.each(['4x', '0', '-2', 'Infinity'])('is refused as %j at the start (E-11)', (NUM_CPUS) => {
    expect(refusal({}, { env: { ...variables, NUM_CPUS } })).toEqual([
      `- NUM_CPUS: expected a number above 0, such as 2 or 0.5, got "${NUM_CPUS}".`,
    ]);
  });

  it.each(['', '4', '0.5'])('may be %j (E-11)', (NUM_CPUS) => {
    expect(() => resolve({}, { env: { ...variables, NUM_CPUS } })).not.toThrow();
  });
});

describe('errors', () => {
  it('names everything that is wrong at once, with what was given and how to put it right', () => {
    const given = {
      wsURL: 'ws://a',
      apiSecrett: 'very-secret',
      apiSecret: 12_345,
      url: 'localhost:7880',
      workerType: 'JT_ROOM',
      permissions: { canPublsh: true, hidden: 3 },
      loadThreshold: 70,
      drainTimeout: 2 ** 40,
      jobMemoryLimitMB: 0,
      requestTimeout: 5_000,
      agent: './agent.js',
    };

    expect(problemOf(() => resolve(given)).message).toMatchInlineSnapshot(`
      "Invalid worker options:
      - wsURL: no such option. Did you mean "url"?
      - apiSecrett: no such option. Did you mean "apiSecret"?
      - apiSecret: expected a text that is not empty, got [secret].
      - url: expected a ws, wss, http or https URL without user name and password, got "localhost:7880". Perhaps ws://localhost:7880.
      - workerType: expected one of "room", "publisher", "participant", got "JT_ROOM". Use WorkerType.ROOM, WorkerType.PUBLISHER, WorkerType.PARTICIPANT.
      - permissions: expected a WorkerPermissions, got an object. canPublsh: no such permission. Did you mean "canPublish"?; hidden: expected true or false, got 3.
      - loadThreshold: expected a number from 0 to 1, or Infinity, got 70. For 70 % write 0.7; Infinity turns it off.
      - drainTimeout: expected milliseconds from 0 to 2147483647, or Infinity, got 1099511627776. For no limit use Infinity.
      - jobMemoryLimitMB: expected a number above 0, or Infinity, got 0. For no limit use Infinity.
      - requestTimeout: expected milliseconds from 1 to 2800, got 5000. The server waits about 2.8 s for an answer.
      - agent: expected a file: URL, got "./agent.js". Write agent: new URL('./agent.js', import.meta.url)."
    `);
  });

  it('asks for the module of the agent where no file is known', () => {
    expect(refusal({}, { agent: undefined })).toMatchInlineSnapshot(`
      [
        "- agent: missing. Each process imports the agent, and only cli.runApp knows its file; write agent: new URL('./agent.js', import.meta.url), or start with cli.runApp.",
      ]
    `);
  });

  it('asks back for slips and for names from elsewhere', () => {
    const given = {
      entrypointFnc: undefined,
      entrypoint_fnc: () => {},
      requestFunc: () => {},
      prewarm: () => {},
      loadFunc: () => {},
      serverType: 0,
      wsURL: 'ws://a',
      apiSecrett: 's3cret',
      num_idle_processes: 4,
      frobnicate: true,
    };

    expect(refusal(given)).toMatchInlineSnapshot(`
      [
        "- entrypoint_fnc: no such option. Did you mean "entrypointFnc"?",
        "- requestFunc: no such option. Did you mean "requestFnc"?",
        "- prewarm: no such option. Did you mean "prewarmFnc"?",
        "- loadFunc: no such option. Did you mean "loadFnc"?",
        "- serverType: no such option. Did you mean "workerType"?",
        "- wsURL: no such option. Did you mean "url"?",
        "- apiSecrett: no such option. Did you mean "apiSecret"?",
        "- num_idle_processes: no such option. Did you mean "numIdleProcesses"?",
        "- frobnicate: no such option.",
      ]
    `);
  });

  it('asks for the entrypoint, or the module of the agent', () => {
    const sources = { mode: 'start', env: variables, flags: {} } as const;

    expect(problemOf(() => resolveOptions({}, sources)).message).toBe(
      'Invalid worker options:\n- entrypointFnc: missing; it is the function that runs for each job.',
    );
    expect(resolveOptions({ agent: 'file:///a.js' }, sources).agent.form).toBe('module');
  });

  it('never shows a secret', () => {
    const secrets = {
      apiKey: ['k3y'],
      apiSecret: ['s3cret'],
      url: 'ws://me:pa55word@host?token=t0ken',
    };
    const { message } = problemOf(() => resolve(secrets));

    expect(message).not.toMatch(/k3y|s3cret|pa55word|t0ken/);
  });

  it.each([
    [{}, 'LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET'],
    [{ LIVEKIT_URL: 'ws://a' }, 'LIVEKIT_API_KEY, LIVEKIT_API_SECRET'],
    [{ LIVEKIT_URL: 'ws://a', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: '' }, 'LIVEKIT_API_SECRET'],
  ])('names the credentials that are missing from %o (F-13, O-12, O-13)', (env, missing) => {
    const { code, message } = problemOf(() => resolve({}, { env }));

    expect(code).toBe('ERR_MISSING_CREDENTIALS');
    expect(message.split('\n')[0]).toBe(`missing ${missing}`);
  });

  it('says how to set the credentials', () => {
    expect(problemOf(() => resolve({}, { env: {} })).message).toMatchInlineSnapshot(`
      "missing LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET

        Set them in the environment or in a file: "dev" reads .env, "start" takes --env-file .env
        A server to try things out: "npx livekit-actors dev-server", or "livekit-server --dev". Both take
          LIVEKIT_URL=ws://localhost:7880 LIVEKIT_API_KEY=devkey LIVEKIT_API_SECRET=secret"
    `);
  });

  it('names missing credentials together with what is wrong', () => {
    expect(refusal({ port: -1 }, { env: {} })).toEqual([
      '- port: expected a whole number from 0 to 65535, got -1.',
      '- missing: LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET.',
    ]);
  });
});

it('turns the address of the server into one for a WebSocket (F-26)', () => {
  const addresses = ['http://a:1/b', 'https://a', 'ws://a', 'WSS://A/b?c'].map(
    (url) => resolve({ url }).url,
  );

  expect(addresses).toEqual(['ws://a:1/b', 'wss://a', 'ws://a', 'WSS://A/b?c']);
});

function succeeds(work: () => unknown): boolean {
  work();
  return true;
}

function levels(fn: () => void): object {
  return { trace: fn, debug: fn, info: fn, warn: fn, error: fn, fatal: fn };
}

describe('the reports of processes that hang', () => {
  const dumps = (env: object, given: object = {}) => {
    const { dumpStackTraces, dumpDir } = resolve(given, { env: { ...variables, ...env } });
    return [dumpStackTraces, dumpDir];
  };

  it('are turned on by a variable, and go where another says (E-14, E-15)', () => {
    expect(
      ['1', 'true', 'Yes', 'on'].map((word) => dumps({ LK_DUMP_STACK_TRACES: word })[0]),
    ).toEqual([true, true, true, true]);
    expect(
      ['0', 'false', 'NO', 'off', ''].map((word) => dumps({ LK_DUMP_STACK_TRACES: word })[0]),
    ).toEqual([false, false, false, false, false]);
    expect(dumps({ LK_DUMP_DIR: '/var/dumps' })).toEqual([false, '/var/dumps']);
    expect(dumps({ LK_DUMP_DIR: '/var/dumps' }, { dumpDir: '/own' })).toEqual([false, '/own']);
    expect(refusal({}, { env: { ...variables, LK_DUMP_STACK_TRACES: 'perhaps' } })).toEqual([
      '- dumpStackTraces (from LK_DUMP_STACK_TRACES): expected true or false, got "perhaps".',
    ]);
  });
});

it('shows no variable that jobs are given, and hands out no key pair (F-99)', () => {
  expect(refusal({ envSet: { LIVEKIT_API_SECRET: 'very-secret' } })).toEqual([
    "- envSet: expected an object of names and texts, without LiveKit's key pair and worker token, got [secret]. A job gets the token of its room, and no key pair and no worker token.",
  ]);
  const { envSet } = resolve({ envSet: { PROVIDER_KEY: 'very-secret' } });
  expect(JSON.stringify({ envSet })).toBe('{"envSet":"[secret]"}');
  expect(envSet?.reveal()).toEqual({ PROVIDER_KEY: 'very-secret' });
});
