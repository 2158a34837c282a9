import { it } from 'vitest';
import { type Behaviour, exercise } from './behaviour.js';

/** Makes each behaviour a test of the real machine. */
export function registerBehaviours<Machine>(
  machine: Machine,
  behaviours: readonly Behaviour<Machine>[],
): void {
  for (const behaviour of behaviours) it(behaviour.title, () => exercise(behaviour, machine));
}
