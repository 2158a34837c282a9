import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { memoryReader, type ReadMemory } from '../../src/actors/memory-reading.js';
import { memorySampler } from '../../src/actors/memory-sampler.actor.js';
import type {
  SamplerCommand,
  SamplerFact,
  SamplerInput,
} from '../../src/machines/job-process.types.js';
import { eventually } from '../support/eventually.js';
import { runActor } from '../support/run-actor.js';
import { temporaryFolder } from '../support/temporary.js';

/** A sampler whose timer is this test's hand, and every reading that it took. */
const start = (read: ReadMemory = memoryReader(), limitMb = Number.POSITIVE_INFINITY) => {
  const timers: { readonly ms: number; readonly tick: () => void; stopped: boolean }[] = [];
  const readings: (number | undefined)[] = [];
  const logic = memorySampler({
    every: (ms, tick) => {
      const timer = { ms, tick, stopped: false };
      timers.push(timer);
      return () => {
        timer.stopped = true;
      };
    },
    read: async (...asked) => {
      const megabytes = await read(...asked);
      readings.push(megabytes);
      return megabytes;
    },
  });
  const actor = runActor<SamplerCommand, SamplerFact, SamplerInput>(logic, { limitMb });
  return { ...actor, timers, readings, tick: () => timers.at(-1)?.tick() };
};

/** A real process that takes 64 MB whenever it is told. */
const startChild = async () => {
  const child = fork(new URL('../fixtures/children/grows.mjs', import.meta.url));
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return {
    pid: child.pid ?? 0,
    grow: async () => {
      child.send('grow');
      await once(child, 'message');
    },
    end: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

/** A reader that has an answer ready for each measure, and what it was asked. */
const scripted = (resident: number | undefined, proportional?: number) => {
  const asked: [number, string][] = [];
  const read: ReadMemory = async (pid, measure) => {
    asked.push([pid, measure]);
    return measure === 'resident' ? resident : proportional;
  };
  return { read, asked };
};

const megabytesOf = ({ facts }: ReturnType<typeof start>) =>
  facts.map(({ megabytes }) => megabytes);

it('reports how much memory a process has, as it grows, and nothing once it is gone (F-87)', async () => {
  const child = await startChild();
  const sampler = start();
  sampler.send({ type: 'watch', pid: child.pid });
  expect(sampler.timers.map(({ ms }) => ms)).toEqual([5_000]);
  expect(sampler.readings).toEqual([]);

  sampler.tick();
  const before = await sampler.fact('memory.sampled');
  await child.grow();
  sampler.tick();
  const after = await sampler.fact('memory.sampled', ({ megabytes }) => megabytes > 64);
  await child.end();
  sampler.tick();
  await eventually(() => sampler.readings.length === 3);

  expect(before.megabytes).toBeGreaterThan(10);
  expect(after.megabytes - before.megabytes).toBeGreaterThan(60);
  expect(sampler.readings.at(-1)).toBeUndefined();
  expect(sampler.facts).toHaveLength(2);
});

it.runIf(process.platform === 'linux')(
  'leaves out what is shared with other processes when it measures exactly',
  async () => {
    const [child, twin] = await Promise.all([startChild(), startChild()]);
    const read = memoryReader();

    const resident = (await read(child.pid, 'resident')) ?? 0;
    const proportional = (await read(child.pid, 'proportional')) ?? 0;

    // Both of them, and this one, share the pages of Node itself.
    expect(resident - proportional).toBeGreaterThan(5);
    await twin.end();
  },
);

it('measures nothing before it is told what to watch, and stops with its machine', async () => {
  const sampler = start();
  expect(sampler.timers).toEqual([]);

  sampler.send({ type: 'watch', pid: process.pid });
  sampler.stop();

  expect(sampler.timers.map(({ stopped }) => stopped)).toEqual([true]);
});

it.each([
  ['up to 80 % of the limit', 80, 40, 80],
  ['above 80 % of the limit', 80.1, 40, 40],
  ['above it, where the system does not tell', 80.1, undefined, 80.1],
])('counts shared pages as it should %s', async (_, resident, proportional, expected) => {
  const { read, asked } = scripted(resident, proportional);
  const sampler = start(read, 100);
  sampler.send({ type: 'watch', pid: 41 });

  sampler.tick();
  await sampler.fact('memory.sampled');

  expect(megabytesOf(sampler)).toEqual([expected]);
  expect(asked).toEqual([[41, 'resident'], ...(resident > 80 ? [[41, 'proportional']] : [])]);
});

it('takes one reading at a time, and goes on after a slow one', async () => {
  const waiting: ((megabytes: number) => void)[] = [];
  const sampler = start(() => new Promise((resolve) => waiting.push(resolve)));
  sampler.send({ type: 'watch', pid: 41 });

  sampler.tick();
  sampler.tick();
  expect(waiting).toHaveLength(1);
  waiting[0]?.(50);
  await sampler.fact('memory.sampled');
  await eventually(() => {
    sampler.tick();
    return waiting.length === 2;
  });
  waiting[1]?.(60);
  await sampler.fact('memory.sampled', ({ megabytes }) => megabytes === 60);

  expect(megabytesOf(sampler)).toEqual([50, 60]);
});

/** A program that stands in for `ps`. */
const psThat = (does: string): string => {
  const path = join(temporaryFolder(), 'ps');
  writeFileSync(path, `#!/bin/sh\n${does}\n`);
  chmodSync(path, 0o755);
  return path;
};
const withoutProc = (ps: string) => memoryReader({ proc: '/nowhere', ps });

it('asks ps where there is no /proc, and that knows no shares', async () => {
  const read = withoutProc(psThat('[ "$*" = "-o rss= -p 41" ] && echo "  20531"'));

  expect(await read(41, 'resident')).toBe(20);
  expect(await read(42, 'resident')).toBeUndefined();
  expect(await read(41, 'proportional')).toBeUndefined();
});

it('tells nothing where there is no ps either, or none that says a number', async () => {
  expect(await withoutProc('/nowhere/ps')(41, 'resident')).toBeUndefined();
  expect(await withoutProc(psThat('echo RSS'))(41, 'resident')).toBeUndefined();
});
