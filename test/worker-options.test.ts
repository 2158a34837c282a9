import { inspect } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { WorkerOptions } from '../src/worker-options.js';

const env = { LIVEKIT_URL: 'ws://a', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };
const entrypointFnc = () => {};
const agent = { url: 'file:///agent.js', form: 'file' } as const;

it('refuses at once all that is wrong in what it was given', () => {
  expect(() => new WorkerOptions({ entrypointFnc, maxJobs: -1, port: 1.5 })).toThrow(
    [
      'Invalid worker options:',
      '- maxJobs: expected a whole number, 0 or more, or Infinity, got -1.',
      '- port: expected a whole number from 0 to 65535, got 1.5.',
    ].join('\n'),
  );
  expect(() => new WorkerOptions({})).toThrow(/entrypointFnc: missing/);
});

it('is made whatever is wrong under a command line, which tells everything at once', () => {
  const { argv } = process;
  onTestFinished(() => {
    process.argv = argv;
  });
  process.argv = ['node', 'agent.js', 'start'];

  const options = new WorkerOptions({ entrypointFnc, maxJobs: -1 });
  const flags = { port: 'x' };

  expect(() => options.resolve({ mode: 'start', env, flags, agent })).toThrow(
    [
      'Invalid worker options:',
      '- maxJobs: expected a whole number, 0 or more, or Infinity, got -1.',
      '- port (from --port): expected a whole number from 0 to 65535, got "x".',
    ].join('\n'),
  );
});

it('is refused as an input of the worker machine when something is wrong', () => {
  const options = new WorkerOptions({ entrypointFnc, url: 'ws://a', apiKey: 'k', apiSecret: 's' });

  expect(() => options.settings).toThrow(/^Invalid worker options:\n- agent: missing/);
});

it('hands over the functions of the agent', () => {
  const prewarmFnc = () => {};

  expect(new WorkerOptions({ entrypointFnc, prewarmFnc }).definition).toEqual({
    entrypoint: entrypointFnc,
    prewarm: prewarmFnc,
  });
  expect(new WorkerOptions({ entrypointFnc }).definition).toEqual({ entrypoint: entrypointFnc });
  expect(new WorkerOptions({ agent: 'file:///agent.js' }).definition).toBe(undefined);
});

it('resolves to settings for a command', () => {
  const options = new WorkerOptions({ entrypointFnc, maxJobs: 3 });

  const settings = options.resolve({ mode: 'dev', env, flags: { port: '9' }, agent });

  expect(settings).toMatchObject({ agent, maxJobs: 3, port: 9, loadThreshold: Infinity });
});

it('is an input of the worker machine, once, with production defaults', () => {
  const given = { agent: 'file:///agent.js', url: 'ws://a', apiKey: 'k', apiSecret: 's' };
  const options = new WorkerOptions(given);

  expect(options.settings).toMatchObject({ port: 8081, url: 'ws://a' });
  expect(options.settings).toBe(options.settings);
});

it('is not changed by what happens to the object it was made from (F-23, O-36)', () => {
  const given = { entrypointFnc, maxJobs: 1, agent: 'file:///a.js' };
  const options = new WorkerOptions(given);

  given.maxJobs = 2;

  expect(options.resolve({ mode: 'start', env, flags: {} }).maxJobs).toBe(1);
});

it('shows no secret, however it is printed (F-24)', () => {
  const given = { agent: 'file:///a.js', url: 'ws://a', apiKey: 'k3y', apiSecret: 's3cret' };
  const options = new WorkerOptions(given);

  const printed = [
    inspect(options, { depth: 9, showHidden: true }),
    inspect(options.settings, { depth: 9, showHidden: true }),
    JSON.stringify({ options, settings: options.settings }),
    JSON.stringify(structuredClone(options)),
    String(options),
  ].join('\n');

  expect(printed).not.toMatch(/k3y|s3cret/);
});
