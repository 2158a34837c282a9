import { expect, it } from 'vitest';
import { loadSampler } from '../../src/actors/load-sampler.actor.js';
import type { LoadCommand, LoadFact, LoadFnc, LoadInput } from '../../src/machines/worker.types.js';
import { runActor } from '../support/run-actor.js';

/** A sampler whose timer is this test's hand and whose processors follow a script of busy shares. */
const start = (loadFnc?: LoadFnc, shares: number[] = []) => {
  const timer = { ms: 0, running: 0, tick: () => {} };
  const counted = { busy: 0, idle: 0 };
  const logic = loadSampler({
    every: (ms, tick) => {
      timer.ms = ms;
      timer.tick = tick;
      timer.running += 1;
      return () => {
        timer.running -= 1;
      };
    },
    cpus: () => {
      const { busy: user, idle } = counted;
      return [{ times: { user, nice: 0, sys: 0, irq: 0, idle } }];
    },
  });
  const actor = runActor<LoadCommand, LoadFact, LoadInput>(logic, { loadFnc });
  const tick = (times = 1) => {
    for (let count = 0; count < times; count += 1) {
      const share = shares.shift() ?? 0;
      counted.busy += share * 1_000;
      counted.idle += (1 - share) * 1_000;
      timer.tick();
    }
  };
  return { ...actor, timer, tick };
};
const sampled = (load: number) => ({ type: 'load.sampled', load });
const missed = (message: string, code = 'ERR_LOAD_FNC') => ({
  type: 'load.missed',
  error: { code, message },
});

it('reports the processors after one sample, then the mean of the last five every 2.5 s (F-69)', () => {
  const sampler = start(undefined, [0.5, 1, 1, 1, 1, 0, 0.25, 0.25, 0.25, 0.25, 0.25]);
  expect(sampler.timer.ms).toBe(500);

  sampler.tick();
  expect(sampler.facts).toEqual([sampled(0.5)]);
  sampler.tick(4);
  expect(sampler.facts).toEqual([sampled(0.5)]);
  sampler.tick();
  expect(sampler.facts).toEqual([sampled(0.5), sampled(0.8)]);
  sampler.tick(5);
  expect(sampler.facts).toEqual([sampled(0.5), sampled(0.8), sampled(0.25)]);
});

it('misses the load of a machine that counts nothing', () => {
  let tick = () => {};
  const logic = loadSampler({
    every: (_ms, it) => {
      tick = it;
      return () => {};
    },
    cpus: () => [],
  });
  const sampler = runActor<LoadCommand, LoadFact, LoadInput>(logic, { loadFnc: undefined });

  tick();

  expect(sampler.facts).toEqual([missed('The load is undefined, not a number from 0 to 1.')]);
});

it('measures the real machine when nothing is injected', async () => {
  const logic = loadSampler();
  const sampler = runActor<LoadCommand, LoadFact, LoadInput>(logic, { loadFnc: undefined });

  const { load } = await sampler.fact('load.sampled');

  expect(load >= 0 && load <= 1).toBe(true);
});

it('asks the user’s function every 2.5 s, with the jobs that run (F-5, O-4)', () => {
  const sampler = start(({ activeJobs }) => activeJobs.length / 10);

  sampler.tick();
  sampler.send({ type: 'jobs', jobIds: ['a', 'b'] });
  sampler.tick(5);

  expect(sampler.facts).toEqual([sampled(0), sampled(0.2)]);
});

it('waits for an asynchronous function (F-5, O-4)', async () => {
  const sampler = start(async () => 0.4);

  sampler.tick();

  expect(await sampler.fact('load.sampled')).toEqual(sampled(0.4));
});

it('clamps a load above 1 (O-4, N-18, R-C16)', () => {
  const sampler = start(() => 5);

  sampler.tick();

  expect(sampler.facts).toEqual([sampled(1)]);
});

it.each([
  [Number.NaN, 'NaN'],
  [-0.1, '-0.1'],
  ['0.5', 'string'],
  [undefined, 'undefined'],
  [null, 'object'],
])('misses a load of %j (O-4, N-18, R-C16)', (load, shown) => {
  const sampler = start((() => load) as LoadFnc);

  sampler.tick();

  expect(sampler.facts).toEqual([missed(`The load is ${shown}, not a number from 0 to 1.`)]);
});

it('takes infinity for a full machine', () => {
  const sampler = start(() => Number.POSITIVE_INFINITY);

  sampler.tick();

  expect(sampler.facts).toEqual([sampled(1)]);
});

it('misses the load when the function throws or rejects (O-4, N-18, R-C16)', async () => {
  const thrower = start(() => {
    throw Object.assign(new Error('no meter'), { code: 'ENOENT' });
  });
  const rejecter = start(() => Promise.reject(new Error('no meter')));

  thrower.tick();
  rejecter.tick();
  await rejecter.fact('load.missed');

  expect(thrower.facts).toEqual([missed('no meter', 'ENOENT')]);
  expect(rejecter.facts).toEqual([missed('no meter')]);
});

it('does not call a function again that has not settled, and takes its late result (O-4, N-18, R-C16)', async () => {
  const calls: ((load: number) => void)[] = [];
  const sampler = start(
    () =>
      new Promise((resolve) => {
        calls.push(resolve);
      }),
  );
  const late = missed('loadFnc has not settled since the last report was due.');

  sampler.tick(11);
  expect(calls.length).toBe(1);
  calls[0]?.(0.3);
  await sampler.fact('load.sampled');
  await new Promise(setImmediate);
  sampler.tick(5);

  expect(sampler.facts).toEqual([late, late, sampled(0.3)]);
  expect(calls.length).toBe(2);
});

it('stops its timer when it is stopped', () => {
  const sampler = start(() => 0);

  sampler.stop();

  expect(sampler.timer.running).toBe(0);
});

it('asks a function again that threw (D-18)', () => {
  let calls = 0;
  const sampler = start(() => {
    calls += 1;
    if (calls === 1) throw new Error('no meter');
    return 0.5;
  });

  sampler.tick(6);

  expect(sampler.facts).toEqual([missed('no meter'), sampled(0.5)]);
});
