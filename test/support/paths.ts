import {
  type AnyEventObject,
  type AnyStateMachine,
  type EventFromLogic,
  getInitialMicrosteps,
  type InputFrom,
  type SnapshotFrom,
} from 'xstate';
import { type Effects, type Stepper, stepper } from './stepper.js';
import { type Findings, findings, type Walked } from './walk-findings.js';

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

interface Visit {
  readonly snapshot: SnapshotFrom<AnyStateMachine>;
  readonly timers: ReadonlyMap<string, AnyEventObject>;
  /** Children that reported their end and are still listed. */
  readonly ended: readonly string[];
  readonly memory: unknown;
  readonly trail: readonly string[];
}

/**
 * Takes every way through a machine, shortest first, without running any of its actors. Unlike
 * `getShortestPaths` of `xstate/graph` it sees actions, timers and the transitions taken, and it
 * keeps no list of all steps, which makes it six times as fast.
 */
export function walk<Machine extends AnyStateMachine>(
  machine: Machine,
  // biome-ignore lint/suspicious/noExplicitAny: each walk chooses what it remembers
  walks: readonly Walk<Machine, any>[],
): Walked {
  const seen = findings(machine);
  for (const one of walks) {
    walkOnce(one.provide?.(machine) ?? machine, one as Walk<AnyStateMachine>, seen);
  }
  return seen.result();
}

function walkOnce(machine: AnyStateMachine, options: Walk<AnyStateMachine>, seen: Findings): void {
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

function offered(visit: Visit, events: Walk<AnyStateMachine>['events']): AnyEventObject[] {
  const { snapshot, timers, ended, memory } = visit;
  if (snapshot.status !== 'active') return [];
  const listed = typeof events === 'function' ? events(snapshot, memory) : events;
  const possible = listed.filter(({ type }) => {
    const child = endedChild(type);
    return child === undefined || (child in snapshot.children && !ended.includes(child));
  });
  return [...possible, ...timers.values()];
}

const endedChild = (type: string): string | undefined =>
  /^xstate\.(?:done|error)\.actor\.(.+)$/.exec(type)?.[1];

function visitAfter(
  visit: Visit | undefined,
  event: AnyEventObject,
  through: Stepper,
  options: Walk<AnyStateMachine>,
  seen: Findings,
): Visit {
  const { after, effects } = through(visit?.snapshot, event);
  const timers = timersAfter(visit, event, effects);
  const step = { before: visit?.snapshot, event, after, pending: [...timers.keys()], ...effects };
  const memory = options.memory?.next(visit ? visit.memory : options.memory.initial, step);
  const trail = visit ? [...visit.trail, event.type] : [];
  for (const invariant of [neverBreaks, ...(options.invariants ?? [])]) {
    seen.judge(invariant.title, () => invariant.holds({ ...step, memory }), trail);
  }

  const over = endedChild(event.type);
  const ended = [...(visit?.ended ?? []), ...(over ? [over] : [])].filter(
    (id) => id in after.children && !effects.started.includes(id),
  );
  return { snapshot: after, timers, ended, memory, trail };
}

function timersAfter(
  visit: Visit | undefined,
  event: AnyEventObject,
  effects: Effects,
): ReadonlyMap<string, AnyEventObject> {
  const timers = new Map(visit?.timers);
  for (const [id, scheduled] of timers) if (scheduled === event) timers.delete(id);
  for (const { id, event: scheduled } of effects.timers) {
    if (scheduled) timers.set(id, scheduled);
    else timers.delete(id);
  }
  return timers;
}

function keyOf({ snapshot, timers, ended, memory }: Visit, { key }: Walk<AnyStateMachine>): string {
  const { value, status, context, children, output } = snapshot;
  const running = [Object.keys(children).sort(), [...timers.keys()].sort(), [...ended].sort()];
  return JSON.stringify([value, status, key ? key(snapshot) : context, running, memory, output]);
}

const neverBreaks: Invariant<AnyStateMachine> = {
  title: 'never breaks',
  holds: ({ after }) => {
    if (after.status === 'error') throw after.error;
  },
};
