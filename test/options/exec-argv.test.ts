import { expect, it } from 'vitest';
import { inheritedFlags } from '../../src/options/exec-argv.js';

it('passes on loaders, limits and conditions', () => {
  const flags = [
    '--import',
    'tsx',
    '--require=./a.cjs',
    '-r',
    './b.cjs',
    '-C',
    'dev',
    '--max-old-space-size=64',
  ];

  expect(inheritedFlags(flags)).toEqual(flags);
});

it.each([
  [['--inspect', '--inspect-brk=9229', '--inspect-port', '0']],
  [['--watch', '--watch-path', './src']],
  [['--eval', 'main()']],
  [['-e', 'main()', '--input-type=module']],
  [['--cpu-prof', '--cpu-prof-dir', './out']],
  [['--test', '--test-name-pattern', 'x']],
  [['--env-file', '.env', '--env-file=.env.local']],
  [['--require', '/app/node_modules/tsx/dist/preflight.cjs']],
])('keeps %j for itself (R-S4)', (own) => {
  expect(inheritedFlags([...own, '--import', 'tsx'])).toEqual(['--import', 'tsx']);
});
