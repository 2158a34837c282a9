import type { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { JobContext } from '../../src/job/index.js';
import { joinedJob, openedJob, simulationOf } from '../support/opened-job.js';

const name = 'lk.agent.name';

it('waits for whoever is of the kinds it is given, in words or in numbers (F-113)', async () => {
  const { ctx, simulate } = await joinedJob();
  const caller = ctx.waitForParticipant({ kinds: ['sip', 'connector'] });
  const agent = ctx.waitForParticipant({ kinds: [4] });
  const alice = ctx.waitForParticipant({ identity: 'alice', kinds: ['sip'] });

  simulate.join({ identity: 'bob' });
  simulate.join({ identity: 'helper', kind: 4 });
  simulate.join({ identity: 'alice' });
  simulate.join({ identity: 'phone', kind: 3 });
  simulate.leave('alice');
  simulate.join({ identity: 'alice', kind: 3, name: 'on the phone' });

  expect((await caller).identity).toBe('phone');
  expect((await agent).identity).toBe('helper');
  expect((await alice).name).toBe('on the phone');
});

it.each([
  ['words', 'sip', 'sip'],
  ['a word that is none', ['phone'], 'phone'],
  ['a number with a fraction', [0.5], '0.5'],
  ['nothing', [null], 'null'],
])('rejects %s for kinds', async (_, kinds, shown) => {
  const { ctx } = await joinedJob();

  await expect(ctx.waitForParticipant({ kinds: kinds as never })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: `kinds: expected a list of standard, ingress, egress, sip, agent, connector or of members of ParticipantKind, got ${shown}.`,
  });
});

it.each([
  [
    'waitForParticipant',
    ['alice'],
    'an object with identity, kinds, timeout, signal; got "alice".',
  ],
  ['waitForParticipant', [null], 'an object with identity, kinds, timeout, signal; got null.'],
  ['waitForTrackPublication', [{ kind: 'vidoe' }], 'kind as audio or video; got "vidoe".'],
  ['waitForParticipantAttribute', [{}], 'attribute as the name of one; got undefined.'],
  ['waitForAgent', [{ timeout: 5 }], 'the name of an agent, or undefined for any; got an object.'],
] as const)('refuses what %s does not take, and does not wait', async (name, given, expected) => {
  const { ctx } = await joinedJob();
  const wait = ctx[name] as (...given: readonly unknown[]) => Promise<unknown>;

  await expect(wait(...given)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: `${name}: expected ${expected}`,
  });
});

it('refuses an option of a wait that there is not', async () => {
  const { ctx } = await joinedJob();

  await expect(ctx.waitForAgent(undefined, { timout: 5 } as never)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: 'waitForAgent: there is no option timout; it takes timeout, signal.',
  });
});

it('waits for a track of somebody, of a kind, from a source (F-115)', async () => {
  const { ctx, simulate } = await joinedJob();
  simulate.join({ identity: 'helper', kind: 4 });
  simulate.join({ identity: 'alice' });
  simulate.join({ identity: 'bob' });
  const any = ctx.waitForTrackPublication();
  const video = ctx.waitForTrackPublication({ kind: 'video' });
  const screen = ctx.waitForTrackPublication({ source: 3 });
  const bob = ctx.waitForTrackPublication({ identity: 'bob', kind: 'audio' });
  const helper = ctx.waitForTrackPublication({ kinds: ['agent'] });

  simulate.publishTrack('helper', { kind: 'audio', name: 'voice' });
  simulate.publishTrack('alice', { kind: 'audio', name: 'mic of alice' });
  simulate.publishTrack('alice', { kind: 'video', name: 'screen', source: 3 });
  simulate.publishTrack('bob', { kind: 'audio', name: 'mic of bob' });

  const names = (await Promise.all([any, video, screen, bob, helper])).map((it) => it.name);
  expect(names).toEqual(['mic of alice', 'screen', 'screen', 'mic of bob', 'voice']);
  expect((await ctx.waitForTrackPublication({ identity: 'bob' })).name).toBe('mic of bob');
});

it('waits until the agent is subscribed, where it is asked to (F-115)', async () => {
  const { ctx } = openedJob();
  await ctx.connect({ autoSubscribe: false });
  const simulate = simulationOf(ctx.room);
  simulate.join({ identity: 'alice' });
  const subscribed = ctx.waitForTrackPublication({ subscribed: true });
  const told: string[] = [];
  ctx.room.on('trackSubscribed', (track, publication, { identity }) =>
    told.push(`${identity} ${track.name} ${publication.sid}`),
  );

  simulate.publishTrack('alice', { kind: 'audio', name: 'mic' });
  const published = await ctx.waitForTrackPublication();
  expect([published.subscribed, published.track]).toEqual([false, undefined]);
  published.setSubscribed(true);

  expect(await subscribed).toBe(published);
  expect(told).toEqual(['alice mic TR_1']);
});

it('waits for an agent by its name, as soon as it tells it (F-115)', async () => {
  const { ctx, simulate } = await joinedJob();
  const any = ctx.waitForAgent();
  const named = ctx.waitForAgent('translator');

  simulate.join({ identity: 'alice', attributes: { [name]: 'translator' } });
  simulate.join({ identity: 'one', kind: 4, attributes: { [name]: 'greeter' } });
  simulate.join({ identity: 'two', kind: 4 });
  simulate.update('two', { attributes: { [name]: 'translator' } });

  expect((await any).identity).toBe('one');
  expect((await named).identity).toBe('two');
});

it('waits for an attribute of somebody, of a value or of any (F-115)', async () => {
  const { ctx, simulate } = await joinedJob();
  const attribute = 'language';
  const any = ctx.waitForParticipantAttribute({ attribute });
  const german = ctx.waitForParticipantAttribute({ attribute, value: 'de' });
  const bob = ctx.waitForParticipantAttribute({ attribute, identity: 'bob' });

  simulate.join({ identity: 'helper', kind: 4, attributes: { language: 'de' } });
  simulate.join({ identity: 'alice', attributes: { language: '' } });
  simulate.update('alice', { attributes: { language: 'fr' } });
  simulate.join({ identity: 'bob', attributes: { language: 'de' } });

  expect((await any).identity).toBe('alice');
  expect((await german).identity).toBe('bob');
  expect((await bob).identity).toBe('bob');
});

type Wait = (ctx: JobContext, options: object) => Promise<unknown>;

const waits: [string, Wait][] = [
  ['waitForParticipant', (ctx, options) => ctx.waitForParticipant(options)],
  ['waitForTrackPublication', (ctx, options) => ctx.waitForTrackPublication(options)],
  ['waitForAgent', (ctx, options) => ctx.waitForAgent('translator', options)],
  [
    'waitForParticipantAttribute',
    (ctx, options) => ctx.waitForParticipantAttribute({ attribute: 'language', ...options }),
  ],
];

it.each(waits)(
  '%s ends with its limits, its job and its room, and lets go (F-113, F-115)',
  async (_, wait) => {
    const { ctx, abort, simulate } = await joinedJob();
    const heard = () => {
      const events = ctx.room as unknown as EventEmitter;
      return events.eventNames().map((it) => [it, events.listenerCount(it)]);
    };
    const before = heard();

    await expect(wait(ctx, { timeout: 5 })).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(wait(ctx, { timeout: Number.NaN })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    const stop = new AbortController();
    const stopped = wait(ctx, { signal: stop.signal });
    stop.abort(new Error('changed my mind'));
    await expect(stopped).rejects.toThrow('changed my mind');
    const closed = wait(ctx, {});
    simulate.close();
    await expect(closed).rejects.toMatchObject({ code: 'ERR_NOT_CONNECTED' });
    await expect(wait(ctx, {})).rejects.toMatchObject({ code: 'ERR_NOT_CONNECTED' });
    expect(heard()).toEqual(before);

    const { ctx: other, abort: end } = await joinedJob();
    const ended = wait(other, {});
    end('drain');
    await expect(ended).rejects.toMatchObject({ name: 'AbortError', message: 'drain' });
    abort('over');
  },
);
