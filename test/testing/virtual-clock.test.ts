import { expect, it } from 'vitest';
import { createActor, setup } from 'xstate';
import { createVirtualClock } from '../../src/testing/index.js';

it('stands still until it is told to move (F-156)', async () => {
  const clock = createVirtualClock();
  const fired: number[] = [];
  clock.setTimeout(() => fired.push(clock.now()), 10);

  await clock.advance(9);
  expect([clock.now(), fired]).toEqual([9, []]);
  await clock.advance(1);
  expect([clock.now(), fired]).toEqual([10, [10]]);
});

it('counts a timer that another one starts from the time of that one', async () => {
  const clock = createVirtualClock();
  const fired: number[] = [];
  clock.setTimeout(() => clock.setTimeout(() => fired.push(clock.now()), 30), 10);
  clock.setTimeout(() => fired.push(clock.now()), 20);

  await clock.advance(100);

  expect(fired).toEqual([20, 40]);
});

it('fires what is due at the same time in the order in which it was set', async () => {
  const clock = createVirtualClock();
  const fired: string[] = [];
  for (const name of ['a', 'b', 'c']) clock.setTimeout(() => fired.push(name), 5);

  await clock.advance(5);

  expect(fired).toEqual(['a', 'b', 'c']);
});

it('lets promises settle between timers', async () => {
  const clock = createVirtualClock();
  const pause = (ms: number) => new Promise<void>((done) => void clock.setTimeout(done, ms));
  let rounds = 0;
  void (async () => {
    for (; rounds < 100; rounds += 1) await pause(1_000);
  })();

  await clock.advance(100_000);

  expect(rounds).toBe(100);
});

it('forgets a timer that was cleared', async () => {
  const clock = createVirtualClock();
  const fired: string[] = [];
  clock.clearTimeout(clock.setTimeout(() => fired.push('never'), 5));

  await clock.advance(5);

  expect(fired).toEqual([]);
});

it('moves on after a timer that threw, and tells who moved it', async () => {
  const clock = createVirtualClock();
  clock.setTimeout(() => {
    throw new Error('broken');
  }, 5);

  await expect(clock.advance(10)).rejects.toThrow('broken');
  await clock.advance(5);

  expect(clock.now()).toBe(10);
});

it('takes one order after the other', async () => {
  const clock = createVirtualClock();

  await Promise.all([clock.advance(5), clock.advance(5)]);

  expect(clock.now()).toBe(10);
});

it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 31, '5'])('refuses %s', async (ms) => {
  const clock = createVirtualClock();
  const refusal = {
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining('expected milliseconds from 0 to 2147483647'),
  };

  expect(() => clock.setTimeout(() => {}, ms as number)).toThrow(expect.objectContaining(refusal));
  await expect(clock.advance(ms as number)).rejects.toMatchObject(refusal);
});

it('is the clock of a machine (F-156)', async () => {
  const machine = setup({ delays: { nap: 3_600_000 } }).createMachine({
    initial: 'asleep',
    states: { asleep: { after: { nap: 'awake' } }, awake: {} },
  });
  const clock = createVirtualClock();
  const actor = createActor(machine, { clock }).start();

  await clock.advance(3_600_000);

  expect(actor.getSnapshot().value).toBe('awake');
});
