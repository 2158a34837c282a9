import { expect, it } from 'vitest';
import { defaultInWords, optionDocs } from '../../scripts/option-page.js';

/** Their defaults depend on the machine or are no value that can be written down. */
const ofTheMachine = [
  'permissions',
  'numIdleProcesses',
  'initializeConcurrency',
  'execArgv',
  'dumpDir',
] as const;

const docs = await optionDocs();
const isOfTheMachine = (name: string) => (ofTheMachine as readonly string[]).includes(name);

it('says in the comment of each option what its default is', () => {
  const plain = docs.filter(({ row, name }) => row.fallback && !isOfTheMachine(name));

  expect(plain.map(({ name, said }) => [name, said])).toEqual(
    plain.map(({ name, row }) => [name, defaultInWords(row)]),
  );
});

it('says in words what the machine decides', () => {
  const named = docs.filter(({ name }) => isOfTheMachine(name));

  expect(Object.fromEntries(named.map(({ name, said }) => [name, said]))).toEqual({
    permissions: 'everything, and visible',
    numIdleProcesses: '0 in dev, as many as there are cores and 4 at most in start',
    initializeConcurrency: 'as many as there are cores',
    execArgv: 'those of this process, without its debugger',
    dumpDir: 'that for temporary files',
  });
});

it('gives the unit of every duration', () => {
  const durations = docs.filter(({ row }) => row.expects.startsWith('milliseconds'));

  expect(durations.filter(({ meaning }) => !meaning.includes('in milliseconds'))).toEqual([]);
});
