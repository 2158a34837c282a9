import type { AnyEventObject, AnyStateMachine, SnapshotFrom } from 'xstate';
import type { Invariant, Walk } from './paths.js';
import type { Effects, Stepper } from './stepper.js';
import type { Findings } from './walk-findings.js';

/** A machine somewhere on a walk. */
export interface Visit {
  readonly snapshot: SnapshotFrom<AnyStateMachine>;
  readonly timers: ReadonlyMap<string, AnyEventObject>;
  /** Children that reported their end and are still listed. */
  readonly ended: readonly string[];
  readonly memory: unknown;
  readonly trail: readonly string[];
}

/** What may happen next: timers that run, and listed events that are possible. */
export function offered(visit: Visit, events: Walk<AnyStateMachine>['events']): AnyEventObject[] {
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

/** Takes a step, judges it, and remembers what the next one must know. */
export function visitAfter(
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

/** Tells visits apart. */
export function keyOf(
  { snapshot, timers, ended, memory }: Visit,
  { key }: Walk<AnyStateMachine>,
): string {
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
