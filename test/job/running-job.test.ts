import { Job, JobType } from '@livekit/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AgentDefinition } from '../../src/job/agent-definition.js';
import { isSimulatedRoom } from '../../src/job/index.js';
import { createLog } from '../../src/job/log.js';
import { openJob } from '../../src/job/running-job.js';
import { envelope, readFromParent } from '../../src/protocol/child-messages.js';
import { startOrder } from '../support/forked-runner.js';

/** A job in this very process: its context, with a record of what it reports. */
function opened(job: Job, overrides: Partial<ReturnType<typeof startOrder>> = {}) {
  const reported: string[] = [];
  const agent: AgentDefinition = { entrypoint: () => {} };
  const running = openJob({
    agent,
    proc: { pid: process.pid, userdata: {} },
    rtc: { problem: new Error('Cannot find package') },
    order: startOrder(overrides, job),
    log: createLog({ level: () => 'silent', fields: {}, write: () => {} }),
    onShutdown: (reason) => reported.push(reason),
    onDisconnected: () => reported.push('disconnected'),
  });
  return { ...running, reported };
}

const participantJob = (type: JobType) =>
  new Job({
    id: 'job-1',
    type,
    room: { name: 'lobby' },
    participant: { identity: 'alice', name: 'Alice', sid: 'PA_1' },
  });

const attributes = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const jobs = fc.record({
  id: fc.string(),
  dispatchId: fc.string(),
  type: fc.constantFrom(JobType.JT_ROOM, JobType.JT_PUBLISHER, JobType.JT_PARTICIPANT),
  room: fc.option(
    fc.record({
      name: fc.string(),
      metadata: fc.string(),
      creationTime: int64,
      turnPassword: fc.string(),
    }),
    { nil: undefined },
  ),
  participant: fc.option(fc.record({ identity: fc.string(), joinedAt: int64, attributes }), {
    nil: undefined,
  }),
  metadata: fc.string({ unit: 'grapheme' }),
  agentName: fc.string(),
  state: fc.option(fc.record({ startedAt: int64, error: fc.string() }), { nil: undefined }),
  enableRecording: fc.boolean(),
});

it('rebuilds the whole job record, numbers of 64 bits and enumerations too (F-102, D-12)', () => {
  fc.assert(
    fc.property(jobs, (fields) => {
      const job = new Job(fields);
      const wire = JSON.parse(JSON.stringify(envelope(startOrder({}, job), 1)));
      const read = readFromParent(wire);
      const order = 'message' in read && read.message.type === 'start' ? read.message : undefined;

      const { ctx } = opened(job, order);

      expect(ctx.job).toBeInstanceOf(Job);
      expect(ctx.job.equals(job)).toEqual(true);
    }),
  );
});

it('knows a publisher by the record before it joins, and live after', async () => {
  const { ctx } = opened(participantJob(JobType.JT_PUBLISHER));

  expect(ctx.publisher).toBe(ctx.job.participant);
  expect(ctx.agent).toEqual(undefined);
  await ctx.connect();

  expect(ctx.publisher).toBe(ctx.room.remoteParticipants.get('alice'));
  expect(ctx.agent?.identity).toEqual('agent-job-1');
  expect(ctx.participant).toEqual(undefined);
});

it('knows the participant of a participant job, and no publisher', () => {
  const { ctx } = opened(participantJob(JobType.JT_PARTICIPANT));

  expect(ctx.participant).toBe(ctx.job.participant);
  expect(ctx.publisher).toEqual(undefined);
});

it('reports a shutdown with the reason given, or with that of the user', () => {
  const { ctx, reported } = opened(new Job());

  ctx.shutdown('call over');
  ctx.shutdown();

  expect(reported).toEqual(['call over', 'user requested']);
});

it('reports that the room is gone', async () => {
  const { ctx, reported } = opened(new Job());
  await ctx.connect();

  if (isSimulatedRoom(ctx.room)) ctx.room.simulate.close();

  expect(ctx.isSimulated).toEqual(true);
  expect(reported).toEqual(['disconnected']);
});

it('joins no room once it ends, and gives the reason', async () => {
  const { ctx, abort } = opened(new Job());
  abort('drain');

  await expect(ctx.connect()).rejects.toMatchObject({ name: 'AbortError', message: 'drain' });
});

it('says what to install when a real room needs the native library', async () => {
  const { ctx } = opened(new Job(), { url: 'ws://127.0.0.1:1' });

  await expect(ctx.connect()).rejects.toMatchObject({
    code: 'ERR_CONNECTION_FAILED',
    message: expect.stringContaining('Install it beside your agent.'),
  });
});

it('waits for whoever comes, but not for an agent', async () => {
  const { ctx } = opened(new Job());
  await ctx.connect();
  const anybody = ctx.waitForParticipant();
  const bob = ctx.waitForParticipant({ identity: 'bob' });

  if (isSimulatedRoom(ctx.room)) {
    ctx.room.simulate.join({ identity: 'other-agent', kind: 4 });
    ctx.room.simulate.join({ identity: 'alice' });
    ctx.room.simulate.join({ identity: 'bob' });
  }

  expect((await anybody).identity).toEqual('alice');
  expect((await bob).identity).toEqual('bob');
  expect((await ctx.waitForParticipant({ identity: 'bob' })).identity).toEqual('bob');
  expect(ctx.room.listenerCount('participantConnected')).toEqual(0);
});

it('waits no longer than it may', async () => {
  const { ctx, abort } = opened(new Job());
  await expect(ctx.waitForParticipant()).rejects.toMatchObject({ code: 'ERR_NOT_CONNECTED' });
  await ctx.connect();

  await expect(ctx.waitForParticipant({ timeout: 5 })).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  const stop = new AbortController();
  const waiting = ctx.waitForParticipant({
    timeout: Number.POSITIVE_INFINITY,
    signal: stop.signal,
  });
  stop.abort(new Error('changed my mind'));
  await expect(waiting).rejects.toThrow('changed my mind');

  const last = ctx.waitForParticipant();
  abort('drain');
  await expect(last).rejects.toMatchObject({ name: 'AbortError', message: 'drain' });
});

it.each([Number.NaN, -1, 2 ** 31, 1e12, Number.NEGATIVE_INFINITY, '5', null])(
  'rejects a wait of %s, which no timer can count, and throws nothing',
  async (timeout) => {
    const { ctx } = opened(participantJob(JobType.JT_ROOM));
    await ctx.connect();

    const waiting = ctx.waitForParticipant({ timeout: timeout as number });

    await expect(waiting).rejects.toMatchObject({
      name: 'WorkerError',
      code: 'ERR_INVALID_ARGUMENT',
      message: `timeout: expected milliseconds from 0 to 2147483647, or Infinity for no limit, got ${timeout}.`,
    });
  },
);

it.each([2 ** 31 - 1, 60_000.5, Number.POSITIVE_INFINITY])('waits for %d ms', async (timeout) => {
  const { ctx } = opened(new Job());
  await ctx.connect();

  const waiting = ctx.waitForParticipant({ timeout });
  if (isSimulatedRoom(ctx.room)) ctx.room.simulate.join({ identity: 'alice' });

  expect((await waiting).identity).toBe('alice');
});

it('rejects a wait in a room that cannot be made, and throws nothing', async () => {
  const { ctx } = opened(new Job(), { url: 'ws://127.0.0.1:1' });

  const waiting = ctx.waitForParticipant();

  await expect(waiting).rejects.toMatchObject({ code: 'ERR_CONNECTION_FAILED' });
});

it('makes a text of any reason for a shutdown', () => {
  const { ctx, reported } = opened(new Job());
  const shutdown = ctx.shutdown as (reason: unknown) => void;

  shutdown(new Error('caller left'));
  shutdown(42);
  shutdown('x'.repeat(100_000));

  expect(reported).toEqual(['caller left', '42', `${'x'.repeat(8_192)}… (100000 characters)`]);
});
