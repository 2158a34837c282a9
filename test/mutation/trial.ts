import type { AnyStateMachine } from 'xstate';
import { type Behaviour, exercise } from '../support/behaviour.js';
import { type Walk, walk } from '../support/paths.js';

/** The promises of one machine: its behaviours, and the ways through it with their invariants. */
export interface Evidence {
  readonly behaviours: readonly Behaviour<AnyStateMachine>[];
  readonly paths: readonly Walk<AnyStateMachine>[];
}

/** Which promise the machine breaks first; undefined if it keeps all of them. */
export async function convictedBy(
  machine: AnyStateMachine,
  { behaviours, paths }: Evidence,
): Promise<string | undefined> {
  for (const behaviour of behaviours) {
    try {
      await exercise(behaviour, machine);
    } catch {
      return behaviour.title;
    }
  }
  return violationOf(machine, paths);
}

/** Coverage is no promise: a walk that reaches less, or does not end, convicts nobody. */
function violationOf(machine: AnyStateMachine, paths: Evidence['paths']): string | undefined {
  try {
    return walk(machine, paths, { hasty: true }).violations[0]?.title;
  } catch {
    return undefined;
  }
}
