import { afterAll, describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { machineFiles } from '../../scripts/machine-files.js';
import { branchesOf, rebuilt } from './branches.js';
import { survivors } from './survivors.js';
import { convictedBy, type Evidence } from './trial.js';

const share = 0.95;
const machines = await machineFiles();
const verdicts = new Map<string, string | undefined>();

describe.each(machines)('$name', ({ name, machine }) => {
  it('keeps its promises, and so does the same chart made anew', async () => {
    const evidence = await evidenceFor(name);

    expect(await convictedBy(machine, evidence)).toBeUndefined();
    expect(await convictedBy(rebuilt(machine), evidence)).toBeUndefined();
  });

  it('misses each of its branches', { timeout: 300_000 }, async () => {
    const evidence = await evidenceFor(name);
    for (const branch of branchesOf(machine)) {
      const mutant = branch.without();
      verdicts.set(`${machine.id}: ${branch.id}`, await convictedBy(mutant, evidence));
    }
    const own = ofMachine(machine);

    expect(surprises(own), 'removals that no promise notices').toEqual([]);
  });
});

it(`convicts at least ${share * 100} % of the removals`, () => {
  const convicted = [...verdicts.values()].filter((title) => title !== undefined);

  expect(convicted.length / verdicts.size).toBeGreaterThanOrEqual(share);
});

it('lists no survivor that is convicted, or gone, or without a reason', () => {
  const wrong = Object.entries(survivors).filter(
    ([id, reason]) => !verdicts.has(id) || verdicts.get(id) !== undefined || reason.trim() === '',
  );

  expect(wrong).toEqual([]);
});

afterAll(() => {
  const lines = machines.map(({ machine }) => {
    const own = ofMachine(machine);
    const convicted = own.filter(([, title]) => title !== undefined);
    return `${machine.id}: ${convicted.length} of ${own.length} removals convicted`;
  });
  process.stdout.write(`\n${lines.join('\n')}\n\n`);
});

const ofMachine = ({ id }: AnyStateMachine) =>
  [...verdicts].filter(([branch]) => branch.startsWith(`${id}: `));

const surprises = (own: readonly (readonly [string, string | undefined])[]) =>
  own.filter(([id, title]) => title === undefined && !survivors[id]).map(([id]) => id);

async function evidenceFor(name: string): Promise<Evidence> {
  const load = (kind: string) =>
    import(/* @vite-ignore */ new URL(`../machines/${name}.${kind}.ts`, import.meta.url).href);
  const [{ behaviours }, { paths }] = await Promise.all([load('behaviour'), load('paths')]);
  return { behaviours, paths };
}
