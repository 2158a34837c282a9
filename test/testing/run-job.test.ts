import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from 'xstate';
import { defineAgent, getJobContext, WorkerOptions } from '../../src/index.js';
import { createVirtualClock, runJob } from '../../src/testing/index.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Answers everybody, and leaves when the caller does. */
const echo = defineAgent({
  entrypoint: async (ctx) => {
    ctx.room.on('dataReceived', (payload) => ctx.agent?.publishData(payload, { topic: 'echo' }));
    ctx.room.on('participantDisconnected', () => ctx.shutdown('caller left'));
    await ctx.connect();
    const caller = await ctx.waitForParticipant();
    ctx.log.info({ caller: caller.identity }, 'somebody is here');
  },
});

describe('a job in the process of its test', () => {
  it('runs from its start to its end in a room that the test drives (F-152, N-49)', async () => {
    const job = runJob(echo);

    await job.started;
    job.room.join({ identity: 'ann' });
    await job.waitFor(() => job.logs.length > 0);
    job.room.data(bytes('hello'), 'ann');
    job.room.leave('ann');

    expect(await job.ended).toEqual({
      outcome: 'success',
      error: undefined,
      reason: 'caller left',
    });
    expect(job.published).toEqual([
      { payload: bytes('hello'), text: 'hello', topic: 'echo', to: [] },
    ]);
    expect(job.logs).toEqual([
      {
        level: 'info',
        message: 'somebody is here',
        fields: { caller: 'ann', job_id: (await job.started).job.id },
      },
    ]);
  });

  it('takes a small part of a second and no network (N-49)', async () => {
    const before = performance.now();

    for (let round = 0; round < 20; round += 1) {
      const job = runJob(echo);
      job.room.join({ identity: 'ann' });
      await job.waitFor(() => job.logs.length > 0);
      job.room.close();
      expect((await job.ended).reason).toBe('room disconnected');
    }

    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('is about whom and what the test says (F-59, F-60)', async () => {
    const job = runJob(
      { entrypoint: (ctx) => ctx.connect() },
      {
        room: { name: 'lobby', metadata: 'gold' },
        jobType: 'publisher',
        participant: { identity: 'ann', name: 'Ann', attributes: { seat: '4' } },
        others: [{ identity: 'bob' }],
        metadata: '{"tenant":7}',
        attributes: { tier: 'one' },
        agentName: 'helper',
        agent: { identity: 'me', name: 'Me', metadata: 'm', attributes: { a: 'b' } },
      },
    );
    const ctx = await job.started;
    await ctx.connect();

    expect({
      room: [ctx.job.room?.name, ctx.job.room?.metadata, ctx.room.name, ctx.room.metadata],
      job: [ctx.job.metadata, ctx.job.attributes, ctx.job.agentName],
      publisher: ctx.publisher?.identity,
      record: [ctx.job.participant?.name, ctx.job.participant?.tracks.length],
      there: [...ctx.room.remoteParticipants.keys()],
      agent: [ctx.agent?.identity, ctx.agent?.name, ctx.agent?.metadata, ctx.agent?.attributes],
      isSimulated: ctx.isSimulated,
      participant: ctx.participant,
    }).toEqual({
      room: ['lobby', 'gold', 'lobby', 'gold'],
      job: ['{"tenant":7}', { tier: 'one' }, 'helper'],
      publisher: 'ann',
      record: ['Ann', 1],
      there: ['ann', 'bob'],
      agent: ['me', 'Me', 'm', { a: 'b' }],
      isSimulated: true,
      participant: undefined,
    });
    job.shutdown();
    await job.ended;
  });

  it('has a caller where its type needs one, and nobody else', async () => {
    const about = async (jobType: 'room' | 'publisher' | 'participant') => {
      const job = runJob({ entrypoint: () => {} }, { jobType });
      const { publisher, participant } = await job.started;
      job.shutdown();
      await job.ended;
      return [publisher?.identity, participant?.identity];
    };

    expect(await about('room')).toEqual([undefined, undefined]);
    expect(await about('publisher')).toEqual(['caller', undefined]);
    expect(await about('participant')).toEqual([undefined, 'caller']);
  });

  it('prewarms first, in the process that the job gets', async () => {
    const job = runJob<{ voice: string; said?: string }>(
      {
        prewarm: async ({ userdata }) => {
          userdata.said = `hello from ${userdata.voice}`;
        },
        entrypoint: ({ proc, shutdown }) => shutdown(proc.userdata.said),
      },
      { userdata: { voice: 'ada' } },
    );

    expect((await job.ended).reason).toBe('hello from ada');
  });

  it('finds the context below the entrypoint', async () => {
    const helper = async () => getJobContext().shutdown('found it');
    const job = runJob({ entrypoint: helper });

    expect((await job.ended).reason).toBe('found it');
  });

  it('fails with the text of an entrypoint that throws', async () => {
    const job = runJob({
      entrypoint: async () => {
        throw new Error('no voice');
      },
    });

    expect(await job.ended).toEqual({
      outcome: 'failed',
      error: { code: 'ERR_ENTRYPOINT', message: 'no voice' },
      reason: 'entrypoint failed',
    });
    expect(job.logs.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'the entrypoint failed'],
    ]);
  });

  it('tells by the start and by the end that a prewarm function threw', async () => {
    const job = runJob({
      prewarm: () => {
        throw new Error('no model');
      },
      entrypoint: () => {},
    });

    await expect(job.started).rejects.toMatchObject({ name: 'WorkerError', code: 'ERR_PREWARM' });
    expect(await job.ended).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_PREWARM', message: expect.stringMatching(/^no model \(at .*run-job/) },
    });
  });

  it('fails when it is shut down before it started', async () => {
    const job = runJob({ prewarm: () => new Promise(() => {}), entrypoint: () => {} });

    job.shutdown('changed my mind');

    await expect(job.started).rejects.toMatchObject({ code: 'ERR_LAUNCH_FAILED' });
    expect(await job.ended).toEqual({
      outcome: 'failed',
      error: { code: 'ERR_LAUNCH_FAILED', message: 'The job was shut down before it started.' },
      reason: 'changed my mind',
    });
  });

  it('ends as a worker ends it: signal, room, callbacks with the reason', async () => {
    const order: string[] = [];
    const job = runJob({
      entrypoint: async (ctx) => {
        ctx.signal.addEventListener('abort', () =>
          order.push(`abort: ${ctx.signal.reason.message}`),
        );
        ctx.room.on('disconnected', () => order.push('left'));
        ctx.addShutdownCallback(async (reason) => void order.push(`callback: ${reason}`));
        ctx.addShutdownCallback(() => {
          throw new Error('disturbs nobody');
        });
        await ctx.connect();
      },
    });
    await (await job.started).connect();

    job.shutdown('drain');

    expect(await job.ended).toEqual({ outcome: 'success', error: undefined, reason: 'drain' });
    expect(order).toEqual(['abort: drain', 'left', 'callback: drain']);
    expect(job.logs.map(({ message }) => message)).toEqual(['a shutdown callback failed']);
  });

  it('counts the first reason, and a shutdown after the end is nothing', async () => {
    const job = runJob({ entrypoint: () => {} });
    await job.started;

    job.shutdown('first');
    job.shutdown('second');

    expect((await job.ended).reason).toBe('first');
    job.shutdown('third');
    expect((await job.ended).reason).toBe('first');
  });

  it('runs many at a time without mixing them', async () => {
    const jobs = Array.from({ length: 20 }, (_, index) =>
      runJob(
        { entrypoint: () => getJobContext().shutdown(getJobContext().job.metadata) },
        { metadata: `job ${index}` },
      ),
    );

    const ends = await Promise.all(jobs.map(({ ended }) => ended));

    expect(ends.map(({ reason }) => reason)).toEqual(jobs.map((_, index) => `job ${index}`));
  });
});

describe('the time of a job in a test', () => {
  it('gives a stubborn entrypoint its grace and no more (F-156)', async () => {
    const clock = new SimulatedClock();
    const job = runJob({ entrypoint: () => new Promise(() => {}) }, { clock });
    await job.started;
    let isOver = false;
    void job.ended.then(() => {
      isOver = true;
    });

    job.shutdown('drain');
    clock.increment(2_999);
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    clock.increment(1);

    expect(await job.ended).toEqual({ outcome: 'success', error: undefined, reason: 'drain' });
    expect(job.logs.map(({ message }) => message)).toEqual(['entrypoint did not settle in time']);
  });

  it('gives the whole end its limit, and keeps the outcome that was told (F-156)', async () => {
    const clock = createVirtualClock();
    const job = runJob(
      {
        entrypoint: (ctx) => ctx.addShutdownCallback(() => new Promise(() => {})),
      },
      { clock, shutdownProcessTimeout: 60_000 },
    );
    await job.started;

    job.shutdown();
    await clock.advance(60_000);

    expect(await job.ended).toEqual({
      outcome: 'success',
      error: {
        code: 'ERR_SHUTDOWN_TIMEOUT',
        message:
          'The job did not end within 60000 ms of its shutdown. Make its shutdown callbacks faster or raise shutdownProcessTimeout.',
      },
      reason: 'terminated by the server',
    });
  });

  it('gives a prewarm function its limit, and a late one starts nothing (F-156)', async () => {
    const clock = createVirtualClock();
    const started: string[] = [];
    const job = runJob(
      {
        prewarm: () => new Promise<void>((done) => void clock.setTimeout(done, 60_000)),
        entrypoint: () => void started.push('too late'),
      },
      { clock },
    );

    await clock.advance(10_000);

    expect((await job.ended).error).toEqual({
      code: 'ERR_INITIALIZE_TIMEOUT',
      message:
        'The agent was not ready within 10000 ms. Make its prewarm function faster or raise initializeProcessTimeout.',
    });
    await expect(job.started).rejects.toMatchObject({ code: 'ERR_INITIALIZE_TIMEOUT' });
    await clock.advance(60_000);
    expect(started).toEqual([]);
  });

  it('fails a job that was cut before it told its outcome', async () => {
    const clock = createVirtualClock();
    const job = runJob(
      { entrypoint: () => new Promise(() => {}) },
      { clock, entrypointGraceTimeout: Number.POSITIVE_INFINITY },
    );
    await job.started;

    job.shutdown();
    await clock.advance(10_000);

    expect(await job.ended).toMatchObject({
      outcome: 'failed',
      error: { code: 'ERR_SHUTDOWN_TIMEOUT' },
    });
  });

  it('counts the wait for a participant, an hour in no time (F-156)', async () => {
    const clock = createVirtualClock();
    const job = runJob(
      {
        entrypoint: async (ctx) => {
          await ctx.connect();
          await ctx
            .waitForParticipant({ timeout: 3_600_000 })
            .catch(({ name }) => ctx.shutdown(name));
        },
      },
      { clock },
    );

    await clock.advance(3_599_999);
    expect((await job.started).signal.aborted).toBe(false);
    await clock.advance(1);

    expect((await job.ended).reason).toBe('TimeoutError');
  });

  it('warns of a job that never joined its room', async () => {
    const clock = createVirtualClock();
    const job = runJob({ entrypoint: () => {} }, { clock });

    await clock.advance(10_000);

    expect(job.logs.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'the job has not joined its room 10 s after its start: call ctx.connect()'],
    ]);
    job.shutdown();
    await job.ended;
  });

  it('leaves no timer and no listener behind, whatever its end (N-49)', async () => {
    const timers = new Set<unknown>();
    const clock = {
      setTimeout: (callback: () => void, ms: number) => {
        const id = setTimeout(callback, ms);
        timers.add(id);
        return id;
      },
      clearTimeout: (id: unknown) => {
        clearTimeout(id as NodeJS.Timeout);
        timers.delete(id);
      },
    };
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const waits = defineAgent({
      entrypoint: async (ctx) => {
        await ctx.connect();
        await ctx.waitForParticipant({ timeout: 60_000, signal: new AbortController().signal });
      },
    });
    const ends = [
      ({ shutdown }: ReturnType<typeof runJob>) => shutdown(),
      ({ room }: ReturnType<typeof runJob>) => room.close(),
      ({ room }: ReturnType<typeof runJob>) => room.join({ identity: 'ann' }),
    ];

    for (const finish of ends) {
      const job = runJob(waits, { clock });
      const ctx = await job.started;
      await ctx.connect();
      finish(job);
      await new Promise(setImmediate);
      job.shutdown();
      await job.ended;
      expect(ctx.room.eventNames()).toEqual([]);
    }

    expect(timers.size).toBe(0);
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before);
  });
});

describe('what a test waits for', () => {
  it('is refused at the end of the job, with how that ended (N-49)', async () => {
    const job = runJob(
      defineAgent({
        entrypoint: async () => {
          throw new Error('no such tenant');
        },
      }),
    );

    const wait = job.waitFor(() => job.published.length > 0, 60_000);

    await expect(wait).rejects.toMatchObject({
      code: 'ERR_NOT_SEEN',
      message: expect.stringMatching(
        /^The job ended \(failed: no such tenant\) and this was not seen: /,
      ),
    });
    await expect(job.waitFor(() => job.published.length > 0)).rejects.toMatchObject({
      code: 'ERR_NOT_SEEN',
    });
    expect(await job.waitFor(() => job.logs.length)).toBe(job.logs.length);
  });
});

describe('an agent for a test', () => {
  const fixture = (name: string) => pathToFileURL(resolve(`test/fixtures/agents/${name}.mjs`));

  it('may be a file of its own, by address or by path', async () => {
    const byUrl = runJob(fixture('ordinary'));
    const byText = runJob(fixture('ordinary').href);
    const byPath = runJob('test/fixtures/agents/ordinary.mjs');

    for (const job of [byUrl, byText, byPath]) {
      await job.started;
      job.shutdown();
      expect((await job.ended).outcome).toBe('success');
    }
  });

  it('may be a file that calls cli.runApp, as often as it is asked for', async () => {
    const jobs = [runJob(fixture('trivial-in-one-file')), runJob(fixture('trivial-in-one-file'))];

    for (const job of jobs) {
      await job.started;
      job.shutdown();
      expect((await job.ended).outcome).toBe('success');
    }
  });

  it('may be a function that imports its file, as often as it is asked for', async () => {
    const files = [
      () => import('../../examples/greeter.js'),
      () => import(fixture('trivial-in-one-file').href),
      () => import(fixture('trivial-in-one-file').href),
    ];

    for (const file of files) {
      const job = runJob(file);
      await job.started;
      job.shutdown();
      expect((await job.ended).outcome).toBe('success');
    }
  });

  it('is named when the function that imports it fails, or brings none', async () => {
    const broken = runJob(() => Promise.reject(new Error('no such file')));
    const empty = runJob(async () => undefined);

    expect((await broken.ended).error).toMatchObject({
      code: 'ERR_AGENT_MODULE',
      message: expect.stringContaining('Cannot load the agent: Error: no such file'),
    });
    expect((await empty.ended).error).toMatchObject({
      code: 'ERR_AGENT_MODULE',
      message: expect.stringContaining('the agent exports no agent.'),
    });
  });

  it('may be the options of a worker', async () => {
    const options = new WorkerOptions({ entrypointFnc: (ctx) => ctx.shutdown('done') });

    expect((await runJob(options).ended).reason).toBe('done');
  });

  it.each([
    ['does not load', 'throws-at-import', /^Cannot load .*throws-at-import\.mjs: /],
    ['is not there', 'nobody', /^Cannot load .*nobody\.mjs: /],
  ])('is named when its file %s', async (_, name, message) => {
    const job = runJob(fixture(name));

    await expect(job.started).rejects.toMatchObject({ code: 'ERR_AGENT_MODULE' });
    expect((await job.ended).error).toEqual({
      code: 'ERR_AGENT_MODULE',
      message: expect.stringMatching(message),
    });
  });

  it.each([undefined, null, 7, {}, { entrypoint: 'text' }])('is refused when it is %s', (agent) => {
    expect(() => runJob(agent as never)).toThrow(
      expect.objectContaining({ name: 'WorkerError', code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('gets no options that do not exist or fit, and is told of all', () => {
    const options = {
      rom: 'lobby',
      jobType: 'rooom',
      metadata: 7,
      entrypointGraceTimeout: -1,
      participant: { name: 'Ann' },
      clock: {},
    };

    expect(() => runJob(echo, options as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTIONS',
        message:
          'runJob: jobType: expected one of room, publisher, participant, got "rooom"; participant: expected an identity, or an object with one, got Object; metadata: expected a text, got 7; clock: expected an object with setTimeout and clearTimeout, got Object; entrypointGraceTimeout: expected milliseconds from 0 to 2147483647, or Infinity for no limit, got -1; rom: no such option.',
      }),
    );
  });
});
