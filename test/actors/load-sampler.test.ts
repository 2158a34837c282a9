import { expect, it } from 'vitest';
import { loadSampler } from '../../src/actors/load-sampler.actor.js';
import type {
  LoadCommand,
  LoadFact,
  LoadFault,
  LoadFnc,
  LoadInput,
} from '../../src/machines/worker.types.js';
import { runActor } from '../support/run-actor.js';

/** A sampler whose timer is this test's hand. */
const start = (loadFnc?: LoadFnc, defaultLoad?: () => LoadFnc) => {
  const timer = { ms: 0, running: 0, tick: () => {} };
  const clock = { ms: 0 };
  const logic = loadSampler({
    every: (ms, tick) => {
      timer.ms = ms;
      timer.tick = tick;
      timer.running += 1;
      return () => {
        timer.running -= 1;
      };
    },
    now: () => clock.ms,
    ...(defaultLoad && { defaultLoad }),
  });
  const actor = runActor<LoadCommand, LoadFact, LoadInput>(logic, { loadFnc });
  const tick = (times = 1) => {
    for (let count = 0; count < times; count += 1) timer.tick();
  };
  return { ...actor, timer, clock, tick };
};
const awaited = { type: 'load.awaited' };
const sampled = (load: number) => ({ type: 'load.sampled', load });
const missed = (fault: LoadFault, message: string, code = 'ERR_LOAD_FNC') => ({
  type: 'load.missed',
  fault,
  error: { code, message },
});

it('samples the CPUs every 0.5 s, from the start on, and reports every 2.5 s, first after one sample (F-69)', () => {
  let samples = 0;
  const cpu: LoadFnc = Object.assign(() => samples / 100, {
    sample() {
      samples += 1;
    },
  });
  const sampler = start(undefined, () => cpu);
  expect([sampler.timer.ms, samples]).toEqual([500, 1]);

  sampler.tick();
  expect(sampler.facts).toEqual([sampled(0.02)]);
  sampler.tick(4);
  expect(sampler.facts).toEqual([sampled(0.02)]);
  sampler.tick();
  expect(sampler.facts).toEqual([sampled(0.02), sampled(0.07)]);
  sampler.tick(5);
  expect(sampler.facts).toEqual([sampled(0.02), sampled(0.07), sampled(0.12)]);
});

it('tells how late its timer was when that missed a tick (R-F9)', () => {
  const sampler = start(() => 0);
  const tickAt = (ms: number) => {
    sampler.clock.ms = ms;
    sampler.tick();
  };

  for (const ms of [500, 1_499, 2_499, 8_000, 8_001]) tickAt(ms);

  expect(sampler.facts).toEqual([
    sampled(0),
    { type: 'loop.stalled', stoodMs: 500, at: 2_499 },
    { type: 'loop.stalled', stoodMs: 5_001, at: 8_000 },
  ]);
});

it('samples a load function of the user that has something to sample', () => {
  const said: string[] = [];
  const loadFnc: LoadFnc = Object.assign(() => said.push('load') * 0, {
    sample: () => void said.push('sample'),
  });
  const sampler = start(loadFnc);

  sampler.tick(2);

  expect(said).toEqual(['sample', 'sample', 'load', 'sample']);
});

it('reports in time when sampling throws', () => {
  const loadFnc: LoadFnc = Object.assign(() => 0.3, {
    sample() {
      throw new Error('no meter');
    },
  });
  const sampler = start(loadFnc);

  sampler.tick();

  expect(sampler.facts).toEqual([sampled(0.3)]);
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

it.each([1.1, 5, Number.POSITIVE_INFINITY])('reports a load of %d as it was said', (load) => {
  const sampler = start(() => load);

  sampler.tick();

  expect(sampler.facts).toEqual([sampled(load)]);
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

  expect(sampler.facts).toEqual([
    missed('unusable', `The load is ${shown}, not a number from 0 to 1.`),
  ]);
});

it('misses the load when the function throws or rejects (O-4, D-18, N-18, R-C16)', async () => {
  const thrower = start(() => {
    throw Object.assign(new Error('no meter'), { code: 'ENOENT' });
  });
  const rejecter = start(() => Promise.reject(new Error('no meter')));

  thrower.tick();
  rejecter.tick();
  await rejecter.fact('load.missed');

  expect(thrower.facts).toEqual([missed('threw', 'no meter', 'ENOENT')]);
  expect(rejecter.facts).toEqual([missed('threw', 'no meter')]);
});

it('does not call a function again that has not settled, and takes its late result (O-4, N-18, R-C16)', async () => {
  const calls: ((load: number) => void)[] = [];
  const sampler = start(
    () =>
      new Promise((resolve) => {
        calls.push(resolve);
      }),
  );
  const late = missed('late', 'It has not settled since the last report was due.');

  sampler.tick(11);
  expect(calls.length).toBe(1);
  expect(sampler.facts).toEqual([awaited, late, late]);
  calls[0]?.(0.3);
  await sampler.fact('load.sampled');
  await new Promise(setImmediate);
  sampler.tick(5);

  expect(sampler.facts.slice(3)).toEqual([{ ...sampled(0.3), isLate: true }]);
  expect(calls.length).toBe(2);
});

it('calls a function that hangs again when it is told to, and still takes what comes late (R-C16, N-18)', async () => {
  const calls: ((load: number) => void)[] = [];
  const sampler = start(
    () =>
      new Promise((resolve) => {
        calls.push(resolve);
      }),
  );
  const late = missed('late', 'It has not settled since the last report was due.');

  sampler.tick(6);
  sampler.send({ type: 'ask.again' });
  sampler.tick(5);
  expect(calls.length).toBe(2);
  calls[0]?.(0.3);
  await sampler.fact('load.sampled');
  await new Promise(setImmediate);
  sampler.tick(5);

  expect(sampler.facts).toEqual([awaited, late, { ...sampled(0.3), isLate: true }, awaited, late]);
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

  expect(sampler.facts).toEqual([missed('threw', 'no meter'), sampled(0.5)]);
});
