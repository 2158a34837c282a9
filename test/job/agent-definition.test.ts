import { expect, it } from 'vitest';
import { defineAgent, isAgentDefinition } from '../../src/job/agent-definition.js';

it('marks what has an entrypoint, and keeps it', () => {
  const entrypoint = () => {};

  const agent = defineAgent({ entrypoint });

  expect(isAgentDefinition(agent)).toBe(true);
  expect(agent.entrypoint).toBe(entrypoint);
});

it.each([
  [undefined, 'expected an object with the function entrypoint; got undefined.'],
  ['agent.js', 'expected an object with the function entrypoint; got "agent.js".'],
  [{ entry: () => {} }, 'expected an object with the function entrypoint; got an object.'],
  [{ entrypoint: 3 }, 'expected an object with the function entrypoint; got an object.'],
  [{ entrypoint: () => {}, prewarm: true }, 'expected a function as prewarm; got true.'],
])('refuses %j when it is called', (given, message) => {
  expect(() => defineAgent(given as never)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: `defineAgent: ${message}` }),
  );
});
