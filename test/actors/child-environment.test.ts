import { expect, it } from 'vitest';
import { childEnvironment, inheritedFlags } from '../../src/actors/child-environment.js';

const parent = {
  PATH: '/bin',
  PROVIDER_KEY: 'k',
  EMPTY: '',
  ABSENT: undefined,
  LIVEKIT_URL: 'ws://h',
  LIVEKIT_API_KEY: 'key',
  LIVEKIT_API_SECRET: 'secret',
  NODE_OPTIONS: '--inspect',
  VSCODE_INSPECTOR_OPTIONS: '{}',
};

it('passes everything on but the key pair, debuggers, preloads and what is excluded', () => {
  expect(childEnvironment(parent, { env: undefined, envExclude: ['PROVIDER_KEY'] })).toEqual({
    PATH: '/bin',
    EMPTY: '',
    LIVEKIT_URL: 'ws://h',
  });
});

it('passes on only what an allow-list names', () => {
  const env = ['PROVIDER_KEY', 'EMPTY', 'ABSENT', 'toString', 'PATH'];

  expect(childEnvironment(parent, { env, envExclude: ['PATH'] })).toEqual({
    PROVIDER_KEY: 'k',
    EMPTY: '',
  });
});

it('passes a preload on to those who ask for it, and the key pair to nobody', () => {
  const env = ['NODE_OPTIONS', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'];

  expect(childEnvironment(parent, { env, envExclude: [] })).toEqual({ NODE_OPTIONS: '--inspect' });
});

it.each([
  [['--inspect'], []],
  [['--inspect-brk=0.0.0.0:9229', '--inspect-port=0', '--inspect-port', '9230'], []],
  [['--cpu-prof', '--cpu-prof-dir', 'out', '--heap-prof', '--prof'], []],
  [['--watch', '--watch-path', 'src', '--watch-preserve-output'], []],
  [['--test', '--test-name-pattern', 'x'], []],
  [['-e', 'run()'], []],
  [['--eval=run()', '-p', '1 + 1', '--input-type=module'], []],
  [
    ['--import', 'tsx', '--require', './a.cjs', '-r', './b.cjs', '--loader=x'],
    ['--import', 'tsx', '--require', './a.cjs', '-r', './b.cjs', '--loader=x'],
  ],
  [
    ['--experimental-strip-types', '--conditions', 'development', '-C', 'dev'],
    ['--experimental-strip-types', '--conditions', 'development', '-C', 'dev'],
  ],
  [
    ['--inspect', '--import', 'tsx', '--max-old-space-size=200', '--preserve-symlinks'],
    ['--import', 'tsx', '--max-old-space-size=200', '--preserve-symlinks'],
  ],
])('lets children inherit of %j only %j', (flags, inherited) => {
  expect(inheritedFlags(flags)).toEqual(inherited);
});
