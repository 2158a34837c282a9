import { expect, it } from 'vitest';
import { childEnvironment } from '../../src/actors/child-environment.js';

const parent = {
  PATH: '/bin',
  PROVIDER_KEY: 'k',
  EMPTY: '',
  ABSENT: undefined,
  LIVEKIT_URL: 'ws://h',
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'secret',
  LIVEKIT_WORKER_TOKEN: 'token',
  NODE_OPTIONS: '--inspect',
  VSCODE_INSPECTOR_OPTIONS: '{}',
};

it('passes everything on but the key pair, the worker token, debuggers, preloads and what is excluded (N-37, R-S1, R-S4)', () => {
  expect(childEnvironment(parent, { env: undefined, envExclude: ['PROVIDER_KEY'] })).toEqual({
    PATH: '/bin',
    EMPTY: '',
    LIVEKIT_URL: 'ws://h',
  });
});

it('passes on only what an allow-list names (R-S1)', () => {
  const env = ['PROVIDER_KEY', 'EMPTY', 'ABSENT', 'toString', 'PATH'];

  expect(childEnvironment(parent, { env, envExclude: ['PATH'] })).toEqual({
    PROVIDER_KEY: 'k',
    EMPTY: '',
  });
});

it('tells the jobs of a worker under development so, whatever the lists say (E-10)', () => {
  const lists = { env: [], envExclude: ['LIVEKIT_DEV_MODE'] };

  expect(childEnvironment(parent, { ...lists, isDev: true })).toEqual({ LIVEKIT_DEV_MODE: '1' });
  expect(childEnvironment({ LIVEKIT_DEV_MODE: '0' }, { ...lists, isDev: false })).toEqual({});
});

it('passes a preload on to those who ask for it, and the key pair and the worker token to nobody (N-37, R-S1, R-S4)', () => {
  const env = ['NODE_OPTIONS', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET', 'LIVEKIT_WORKER_TOKEN'];

  expect(childEnvironment(parent, { env, envExclude: [] })).toEqual({ NODE_OPTIONS: '--inspect' });
});

it('sets what it is told to, over what is inherited and excluded, but no key pair (F-99)', () => {
  const envSet = { PATH: '/opt', PROVIDER_KEY: 'other', NEW: '', LIVEKIT_API_KEY: 'key' };

  expect(childEnvironment(parent, { env: ['PATH'], envExclude: ['PROVIDER_KEY'], envSet })).toEqual(
    { PATH: '/opt', PROVIDER_KEY: 'other', NEW: '' },
  );
});
