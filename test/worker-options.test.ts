import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { WorkerOptions } from '../src/worker-options.js';

const env = { LIVEKIT_URL: 'ws://a', LIVEKIT_API_KEY: 'k', LIVEKIT_API_SECRET: 's' };
const entrypointFnc = () => {};
const refused = (given: object): string => {
  try {
    new WorkerOptions(given);
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('at once', () => {
  it('refuses what is wrong, and asks back for slips and for names from elsewhere', () => {
    const given = {
      entrypoint_fnc: entrypointFnc,
      requestFunc: entrypointFnc,
      prewarm: entrypointFnc,
      loadFunc: entrypointFnc,
      serverType: 0,
      wsURL: 'ws://a',
      apiSecrett: 's3cret',
      num_idle_processes: 4,
      frobnicate: true,
    };

    expect(refused(given)).toMatchInlineSnapshot(`
      "Invalid worker options:
      - entrypoint_fnc: no such option. Did you mean "entrypointFnc"?
      - requestFunc: no such option. Did you mean "requestFnc"?
      - prewarm: no such option. Did you mean "prewarmFnc"?
      - loadFunc: no such option. Did you mean "loadFnc"?
      - serverType: no such option. Did you mean "workerType"?
      - wsURL: no such option. Did you mean "url"?
      - apiSecrett: no such option. Did you mean "apiSecret"?
      - num_idle_processes: no such option. Did you mean "numIdleProcesses"?
      - frobnicate: no such option."
    `);
  });

  it('asks for the entrypoint or the module of the agent', () => {
    expect(refused({})).toBe(
      'Invalid worker options:\n- entrypointFnc: missing; it is the function that runs for each job.',
    );
    expect(refused({ agent: new URL('file:///agent.js') })).toBe('nothing');
  });

  it('does without credentials, since the processes of jobs have none', () => {
    expect(refused({ entrypointFnc })).toBe('nothing');
  });
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
  const agent = { url: 'file:///agent.js', form: 'file' } as const;
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

it('is not changed by what happens to the object it was made from', () => {
  const given = { entrypointFnc, maxJobs: 1, agent: 'file:///a.js' };
  const options = new WorkerOptions(given);

  given.maxJobs = 2;

  expect(options.resolve({ mode: 'start', env, flags: {} }).maxJobs).toBe(1);
});

it('shows no secret, however it is printed', () => {
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
