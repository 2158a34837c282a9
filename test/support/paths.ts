import {
  type AnyEventObject,
  type AnyStateMachine,
  type EventFromLogic,
  getInitialMicrosteps,
  type InputFrom,
  type SnapshotFrom,
} from 'xstate';
import { type Effects, stepper } from './stepper.js';
import { type Findings, findings, type Walked } from './walk-findings.js';
import { keyOf, offered, visitAfter } from './walk-visit.js';

/** One step of a walk: an event, what became of the machine, and what it did. */
export interface Step<Machine extends AnyStateMachine, Memory> extends Effects {
  readonly before: SnapshotFrom<Machine> | undefined;
  readonly event: AnyEventObject;
  readonly after: SnapshotFrom<Machine>;
  /** Ids of the timers that run after the step. */
  readonly pending: readonly string[];
  /** What the walk remembers of the way here, this step included. */
  readonly memory: Memory;
}

/** Something that holds in every step of every walk. It returns false or throws when it does not. */
export interface Invariant<Machine extends AnyStateMachine, Memory = unknown> {
  readonly title: string;
  readonly holds: (step: Step<Machine, Memory>) => unknown;
}

export interface Walk<Machine extends AnyStateMachine, Memory = unknown> {
  readonly input: InputFrom<Machine>;
  /**
   * What may happen in any state. Timers are not listed: those that run are offered. The end of a
   * child (`xstate.done.actor.…`) is offered while that child runs.
   */
  readonly events:
    | readonly EventFromLogic<Machine>[]
    | ((snapshot: SnapshotFrom<Machine>, memory: Memory) => readonly EventFromLogic<Machine>[]);
  readonly invariants?: readonly Invariant<Machine, Memory>[];
  /**
   * The part of the context that tells snapshots apart, all of it if not given. State value,
   * children and timers always do. Bound counters here, or the walk does not end.
   */
  readonly key?: (snapshot: SnapshotFrom<Machine>) => unknown;
  /** Remembers something of the way, such as the number of answers; keep it small and bounded. */
  readonly memory?: {
    readonly initial: Memory;
    readonly next: (memory: Memory, step: Omit<Step<Machine, Memory>, 'memory'>) => Memory;
  };
  /**
   * Guards and actors to walk with. No actor is started, but a real child machine costs time in
   * every step.
   */
  readonly provide?: (machine: Machine) => AnyStateMachine;
  /** Steps after which the walk gives up; 200000 if not given. */
  readonly limit?: number;
}

const advice = 'bound the context that counts with `key`, or offer fewer events.';

/**
 * Takes every way through a machine, shortest first, without running any of its actors. Unlike
 * `getShortestPaths` of `xstate/graph` it sees actions, timers and the transitions taken, and it
 * keeps no list of all steps, which makes it six times as fast.
 */
export function walk<Machine extends AnyStateMachine>(
  machine: Machine,
  // biome-ignore lint/suspicious/noExplicitAny: each walk chooses what it remembers
  walks: readonly Walk<Machine, any>[],
  /** Stop at the first violation, which need not have the shortest way. */
  { hasty = false } = {},
): Walked {
  const seen = findings(machine);
  for (const one of walks) {
    if (hasty && seen.isBroken()) break;
    walkOnce(one.provide?.(machine) ?? machine, one as Walk<AnyStateMachine>, seen, hasty);
  }
  return seen.result();
}

function walkOnce(
  machine: AnyStateMachine,
  options: Walk<AnyStateMachine>,
  seen: Findings,
  hasty: boolean,
): void {
  const { input, events, limit = 200_000 } = options;
  for (const [snapshot] of initialMicrosteps(machine, input)) seen.enter(snapshot);
  const through = stepper(machine, input, {
    step: (transitions, snapshot) => {
      seen.take(transitions);
      seen.enter(snapshot);
    },
  });
  const first = visitAfter(undefined, { type: 'xstate.init' }, through, options, seen);

  const known = new Set([keyOf(first, options)]);
  const queue = [first];
  let steps = 0;
  for (const visit of queue) {
    if (hasty && seen.isBroken()) return;
    for (const event of offered(visit, events)) {
      if (steps++ > limit) throw new Error(`More than ${limit} steps: ${advice}`);
      const next = visitAfter(visit, event, through, options, seen);
      const key = keyOf(next, options);
      if (!known.has(key)) queue.push(next);
      known.add(key);
    }
  }
  seen.visited(known.size);
}

function initialMicrosteps(machine: AnyStateMachine, input: unknown) {
  try {
    return getInitialMicrosteps(machine, input as never);
  } catch {
    // The walk itself reports a machine that does not start.
    return [];
  }
}
