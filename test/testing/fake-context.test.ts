import { expect, it } from 'vitest';
import { getJobContext, type JobContext } from '../../src/index.js';
import { createVirtualClock, fakeJobContext } from '../../src/testing/index.js';

/** A function of somebody's agent. */
async function greet(ctx: JobContext<{ word: string }>): Promise<void> {
  await ctx.connect();
  const { identity } = await ctx.waitForParticipant({ timeout: 60_000 });
  await ctx.agent?.publishData(new TextEncoder().encode(`${ctx.proc.userdata.word} ${identity}`), {
    reliable: true,
    topic: 'greeting',
    destination_identities: [identity],
  });
  ctx.log.info('greeted');
  ctx.shutdown('greeted');
}

it('lets a function that takes a context be called by itself (F-154)', async () => {
  const { ctx, room, published, logs, shutdowns } = fakeJobContext<{ word: string }>({
    userdata: { word: 'hello' },
  });

  const greeting = greet(ctx);
  room.join({ identity: 'ann' });
  await greeting;

  expect(published.map(({ text, topic, to }) => ({ text, topic, to }))).toEqual([
    { text: 'hello ann', topic: 'greeting', to: ['ann'] },
  ]);
  expect(logs).toEqual([{ level: 'info', message: 'greeted', fields: { job_id: ctx.job.id } }]);
  expect(shutdowns).toEqual(['greeted']);
  expect(ctx.signal.aborted).toBe(false);
});

it('is the context that getJobContext finds in what it runs (F-154)', async () => {
  const fake = fakeJobContext();

  expect(await fake.run(async () => getJobContext())).toBe(fake.ctx);
  expect(getJobContext({ required: false })).toBe(undefined);
});

it('has the record that the test asks for (F-154)', () => {
  const { ctx } = fakeJobContext({
    room: 'lobby',
    jobType: 'participant',
    participant: { identity: 'ann', metadata: 'vip' },
    metadata: '{"tenant":7}',
  });

  expect([ctx.job.room?.name, ctx.participant?.metadata, ctx.job.metadata]).toEqual([
    'lobby',
    'vip',
    '{"tenant":7}',
  ]);
});

it('ends as a job does when the test says so, and twice is once (F-154)', async () => {
  const { ctx, end } = fakeJobContext();
  const reasons: string[] = [];
  ctx.addShutdownCallback((reason) => void reasons.push(reason));
  await ctx.connect();
  const waiting = ctx.waitForParticipant();

  await Promise.all([end('drain'), expect(waiting).rejects.toThrow('drain')]);
  await end('again');

  expect(reasons).toEqual(['drain']);
  expect([ctx.signal.reason.message, ctx.room.isConnected]).toEqual(['drain', false]);
});

it('has the time of the test (F-154, F-156)', async () => {
  const clock = createVirtualClock();
  const { ctx } = fakeJobContext<{ word: string }>({ clock });

  const greeting = greet(ctx).catch(({ name }) => name);
  await clock.advance(60_000);

  expect(await greeting).toBe('TimeoutError');
});

it('names options that do not exist', () => {
  expect(() => fakeJobContext({ entrypointGraceTimeout: 1 } as never)).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_OPTIONS',
      message: 'fakeJobContext: entrypointGraceTimeout: no such option.',
    }),
  );
});
