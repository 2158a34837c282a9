import { EventEmitter } from 'node:events';
import { inspect } from 'node:util';
import { Job } from '@livekit/protocol';
import type { Room } from '@livekit/rtc-node';
import { expect, it } from 'vitest';
import { bindRoom, runWithJobContext } from '../../src/job/current-context.js';
import { getJobContext } from '../../src/job/index.js';
import { Secret } from '../../src/secret.js';
import {
  forkRunner,
  hearLog,
  initializeOrder,
  runningJob,
  startOrder,
} from '../support/forked-runner.js';
import { joinedJob, openedJob, simulationOf } from '../support/opened-job.js';
import { jobToken } from '../support/tokens.js';

const job = new Job({ id: 'job-1', room: { name: 'lobby', sid: 'RM_1' } });

it('adds its fields to each line, and overwrites none (F-120, C-20)', () => {
  const { ctx, lines } = openedJob({ job });
  const child = ctx.log.child({ part: 'speech' });

  ctx.log.info('before');
  ctx.logContextFields = { call: 'c-1', job_id: 'forged', turn: 1, part: 'none' };
  ctx.log.info({ turn: 2 }, 'set');
  ctx.logContextFields.tenant = 'acme';
  child.warn('added');
  ctx.logContextFields = {};
  ctx.log.info('emptied');

  expect(lines.map(({ message, fields }) => [message, fields])).toEqual([
    ['before', { job_id: 'job-1' }],
    ['set', { job_id: 'job-1', call: 'c-1', turn: 2, part: 'none' }],
    ['added', { job_id: 'job-1', call: 'c-1', turn: 1, part: 'speech', tenant: 'acme' }],
    ['emptied', { job_id: 'job-1' }],
  ]);
});

it.each([
  ['text', '"text"'],
  [null, 'null'],
  [['list'], 'an array'],
  [7, '7'],
])('takes no %j for its fields (F-120)', (fields, shown) => {
  const { ctx } = openedJob();

  expect(() => {
    ctx.logContextFields = fields as never;
  }).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: `logContextFields: expected an object of fields; got ${shown}.`,
    }),
  );
  expect(ctx.logContextFields).toEqual({});
});

it('knows the id under which its worker accepted it (C-3)', () => {
  expect(openedJob({ job }).ctx.workerId).toBe('AW_1');
});

it('knows its process (P-1, P-2, P-3, P-4, C-1)', async () => {
  const runner = forkRunner();
  const userArguments = { tenants: ['acme'] };
  runner.tell(initializeOrder('tells-its-process', { userArguments }));
  await runner.hear('ready');
  runner.tell(startOrder());

  const { fields } = await hearLog(runner, 'my process');

  expect(fields).toEqual({
    job_id: 'job-1',
    pid: runner.child.pid,
    prewarmed: { executorType: 'process', userArguments, pid: runner.child.pid, isYoung: true },
    running: { executorType: 'process', userArguments, pid: runner.child.pid, isOlder: true },
  });
});

it('reads the claims of its token, and neither the key nor what else it holds (F-119, C-13)', async () => {
  const token = await jobToken(3_600);
  const { ctx } = openedJob({ order: { token } });

  const { expiresAt, ...claims } = ctx.tokenClaims();

  expect(claims).toEqual({
    ...{ identity: 'agent-1', name: 'Agent', kind: 'agent', metadata: 'm' },
    attributes: { mood: 'calm' },
    video: { roomJoin: true, room: 'lobby', agent: true },
    sip: {},
  });
  expect(Math.abs(Number(expiresAt) - Date.now() - 3_600_000)).toBeLessThan(60_000);
  expect(JSON.stringify(ctx.tokenClaims())).not.toMatch(/marker-of|preset/);
  expect(Object.isFrozen(ctx.tokenClaims())).toBe(true);
});

it.each(['', 'text', 'a.b.c', `a.${Buffer.from('7').toString('base64url')}.c`])(
  'says that %j is no token, without showing it (F-119)',
  (token) => {
    const { ctx } = openedJob({ order: { token } });

    expect(() => ctx.tokenClaims()).toThrow(
      expect.objectContaining({
        code: 'ERR_JOB_TOKEN',
        message: 'The token that the server gave this job is no JWT.',
      }),
    );
    expect(ctx.localParticipantIdentity).toBe('');
  },
);

it('knows its identity from the token, then from the room (F-119, C-14)', async () => {
  const { ctx } = openedJob({ order: { token: await jobToken(60) } });

  expect(ctx.localParticipantIdentity).toBe('agent-1');
  await ctx.connect();

  expect(ctx.localParticipantIdentity).toBe('agent-job-1');
});

it.each([
  [3_600, []],
  [30, ['the token of the job expires soon']],
  [-5, ['the token of the job has expired: the server may refuse it']],
])(
  'warns when it joins with a token that is good for %i s, if that is little (F-65)',
  async (ttl, expected) => {
    const { ctx, lines } = openedJob({ order: { token: await jobToken(ttl) } });

    await ctx.connect();

    expect(lines.map(({ message }) => message)).toEqual(expected);
    expect(lines.filter(({ level }) => level !== 'warn')).toEqual([]);
  },
);

const tenSecondsFly = [
  '--import',
  new URL('../fixtures/ten-seconds-fly.mjs', import.meta.url).href,
];
const notJoined = 'the job has not joined its room 10 s after its start: call ctx.connect()';

it('warns when the job has not joined its room after 10 s (F-112)', async () => {
  const runner = await runningJob('never-joins', { execArgv: tenSecondsFly });

  expect(await hearLog(runner, notJoined)).toMatchObject({
    level: 'warn',
    fields: { job_id: 'job-1' },
  });
});

it.each(['joins', 'ends'])(
  'says no such thing of a job that %s before (F-112)',
  async (metadata) => {
    const runner = await runningJob('waits-for-ten-seconds', {
      execArgv: tenSecondsFly,
      start: startOrder({}, new Job({ id: 'job-1', metadata })),
    });

    await hearLog(runner, 'ten seconds later');

    expect(runner.said.filter((it) => it.type === 'log' && it.message === notJoined)).toEqual([]);
  },
);

it('has no clients of the server without the key pair, and says how (F-118, C-16)', () => {
  const { ctx } = openedJob();

  expect(() => ctx.api).toThrow(
    expect.objectContaining({
      code: 'ERR_NO_CREDENTIALS',
      message: 'Jobs get no key pair: set the option exposeCredentials to true, and use ctx.api.',
    }),
  );
});

it('has one set of clients with it, and shows the key pair to nobody (F-118)', () => {
  const keyPair = new Secret({ apiKey: 'marker-of-the-key', apiSecret: 'marker-of-the-secret' });
  const { ctx, lines } = openedJob({ server: { url: 'ws://127.0.0.1:1', keyPair } });

  expect(ctx.api).toBe(ctx.api);
  expect(inspect(ctx.api, { depth: 9 })).not.toContain('marker-of');
  ctx.log.info({ api: ctx.api, room: ctx.api.room, ctx });
  expect(JSON.stringify(lines)).not.toContain('marker-of');
  expect(lines[0]?.fields.ctx).toMatchObject({ workerId: 'AW_1' });
  expect([typeof ctx.api.room.listRooms, typeof ctx.api.agentDispatch.createDispatch]).toEqual([
    'function',
    'function',
  ]);
});

it('is found in what its room calls, wherever that is called from (F-122)', async () => {
  const { ctx } = openedJob({ job });
  const simulate = simulationOf(ctx.room);
  const found: [string, unknown][] = [];
  const look = (name: string) => () => {
    found.push([name, getJobContext({ required: false }) === ctx]);
  };
  ctx.room.on('participantConnected', look('on'));
  ctx.room.once('participantConnected', look('once'));
  await ctx.connect();
  expect(getJobContext({ required: false })).toBe(undefined);

  simulate.join({ identity: 'alice' });
  simulate.join({ identity: 'bob' });

  expect(found).toEqual([
    ['on', true],
    ['once', true],
    ['on', true],
  ]);
});

it('is found in the handlers of streams, too (F-122)', () => {
  const handlers: ((...args: unknown[]) => void)[] = [];
  const register = (_: string, handler: (...args: unknown[]) => void) => {
    if (typeof handler !== 'function') throw new TypeError('no handler');
    handlers.push(handler);
  };
  const room = Object.assign(new EventEmitter(), {
    registerTextStreamHandler: register,
    registerByteStreamHandler: register,
  });
  const { ctx } = openedJob();
  const found: unknown[] = [];
  const look = (...args: unknown[]) => {
    found.push([getJobContext({ required: false }) === ctx, ...args]);
  };
  bindRoom(room as unknown as Room, (work) => runWithJobContext(ctx, work));

  room.registerTextStreamHandler('chat', look);
  room.registerByteStreamHandler('files', look);
  for (const handler of handlers) handler('reader', 'alice');

  expect(found).toEqual([
    [true, 'reader', 'alice'],
    [true, 'reader', 'alice'],
  ]);
  expect(() => room.registerTextStreamHandler('news', undefined as never)).toThrow('no handler');
});

it('lets go of a listener by the function that was given (F-122)', async () => {
  const { ctx, simulate } = await joinedJob();
  const heard: string[] = [];
  const listener = () => heard.push('heard');
  const before = ctx.room.listenerCount('dataReceived');
  ctx.room.on('dataReceived', listener);
  ctx.room.once('dataReceived', listener);

  ctx.room.off('dataReceived', listener);
  ctx.room.off('dataReceived', listener);
  simulate.data(new Uint8Array(1));

  expect(heard).toEqual([]);
  expect(ctx.room.listenerCount('dataReceived')).toBe(before);
});

it('refuses a shutdown callback that is none, where it is added', () => {
  const { ctx } = openedJob({ job });

  expect(() => ctx.addShutdownCallback(ctx.log.info({}, 'now') as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      message: 'addShutdownCallback: expected a function; got undefined.',
    }),
  );
});
