import { expect, it } from 'vitest';
import { sabotaged, sabotages } from '../scripts/demo/sabotage.mjs';
import { workerMachine } from '../src/machines/index.js';

it.each(sabotages)('breaks a promise that the worker has: %s', (name) => {
  const replaced: string[] = [];
  const spy = {
    provide: ({ actions }: { actions: object }) => replaced.push(...Object.keys(actions)),
  };
  sabotaged(spy as never, name);

  expect(replaced).toHaveLength(1);
  expect(Object.keys(workerMachine.implementations.actions)).toContain(replaced[0]);
});
