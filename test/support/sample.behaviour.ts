import { expect } from 'vitest';
import type { Behaviour } from './behaviour.js';
import { fakePort } from './fake-ports.js';
import { run, taken } from './run-machine.js';
import type { Command, Fact, sampleMachine } from './sample.machine.js';

type Machine = typeof sampleMachine;

const start = (machine: Machine, limit = 2) => {
  const tool = fakePort<Command, { readonly limit: number }, Fact>();
  const helper = fakePort();
  const actors = { tool: tool.logic, helper: helper.logic };
  return { ...run(machine.provide({ actors }), { id: 'bench.4', input: { limit } }), tool, helper };
};

/** What the sample promises: an example of the form, and the proof that the runner convicts. */
export const behaviours: readonly Behaviour<Machine>[] = [
  {
    title: 'breaks when its tool is not ready in time',
    run: (machine) => {
      const { advance, status, value } = start(machine);

      advance(999);
      expect(status()).toBe('active');

      advance(1);
      expect(value()).toBe('broken');
    },
  },
  {
    title: 'begins named jobs until it is full',
    run: (machine) => {
      const { send, tool, value } = start(machine);
      tool.say({ type: 'tool.ready' });

      for (const job of ['', 'a', 'b', 'c']) send({ type: 'job', job });

      expect(tool.told).toEqual([
        { type: 'begin', job: 'a' },
        { type: 'begin', job: 'b' },
      ]);
      expect(value()).toEqual({ alive: { open: { work: 'full', watch: 'quiet' } } });
    },
  },
  {
    title: 'is loud until its tool was silent for a while',
    run: (machine) => {
      const { advance, tool, value } = start(machine);
      const open = (watch: string) => ({ alive: { open: { work: 'free', watch } } });
      tool.say({ type: 'tool.ready' });

      tool.say({ type: 'tool.spoke' });
      advance(200);
      tool.say({ type: 'tool.spoke' });
      advance(299);
      expect(value()).toEqual(open('loud'));

      advance(1);
      expect(value()).toEqual(open('quiet'));
    },
  },
  {
    title: 'closes once, and says so',
    run: (machine) => {
      const { advance, emitted, output, send, timers, toParent, tool } = start(machine);
      tool.say({ type: 'tool.ready' });

      send({ type: 'close' });
      advance(100);
      send({ type: 'close' });
      advance(100);

      expect(tool.told).toEqual([{ type: 'stop' }]);
      expect(taken(toParent)).toEqual([{ type: 'bench.ended', jobs: 0 }]);
      expect(emitted).toEqual([{ type: 'bench.ended', jobs: 0 }]);
      expect(output()).toBe(0);
      expect(timers()).toEqual([]);
    },
  },
  {
    title: 'replaces a helper that is done and breaks with one that breaks',
    run: (machine) => {
      const { children, helper, tool, value } = start(machine);
      tool.say({ type: 'tool.ready' });

      helper.done();
      expect(helper.instances.map(({ live }) => live)).toEqual([false, true]);
      expect(children()).toEqual(['helper.0', 'tool']);

      helper.fail(new Error('torn'));
      expect(value()).toBe('broken');
    },
  },
  {
    title: 'breaks when its tool breaks',
    run: (machine) => {
      const { tool, value } = start(machine);

      tool.fail(new Error('blunt'));

      expect(value()).toBe('broken');
    },
  },
];
