import {
  type ActorScope,
  type AnyActorRef,
  type AnyEventObject,
  type AnyStateMachine,
  type AnyTransitionDefinition,
  createActor,
  createEmptyActor,
  type SnapshotFrom,
} from 'xstate';

/** What a machine would do in one step, as data. */
export interface Effects {
  /** Events sent to other actors, by id; the parent's id is `parent`. */
  readonly sent: readonly { readonly to: string; readonly event: AnyEventObject }[];
  readonly emitted: readonly AnyEventObject[];
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  /** Timers started (with the event they bring) and cancelled (without), in order. */
  readonly timers: readonly { readonly id: string; readonly event: AnyEventObject | undefined }[];
}

export type Snapshot = SnapshotFrom<AnyStateMachine>;

/** Takes one step of a machine; without a snapshot the first one. A step that throws breaks it. */
export type Stepper = (
  before: Snapshot | undefined,
  event: AnyEventObject,
) => { readonly after: Snapshot; readonly effects: Effects };

interface Listener {
  step(transitions: readonly AnyTransitionDefinition[], snapshot: Snapshot): void;
}

interface Mutable {
  sent: { to: string; event: AnyEventObject }[];
  emitted: AnyEventObject[];
  started: string[];
  stopped: string[];
  timers: { id: string; event: AnyEventObject | undefined }[];
}

/**
 * Steps through a machine that believes it runs: under a parent, with children that exist but were
 * never started, and with itself at the snapshot it is asked about.
 */
export function stepper(machine: AnyStateMachine, input: unknown, listener: Listener): Stepper {
  const parent = createEmptyActor();
  const self = createActor(machine, { input, id: 'subject', parent } as never) as AnyActorRef;
  let current: Snapshot | undefined;
  let effects = none();
  self.getSnapshot = () => current;

  parent.system.inspect((inspected) => {
    if (inspected.type !== '@xstate.microstep' || inspected.actorRef !== self) return;
    listener.step(inspected._transitions, inspected.snapshot as Snapshot);
  });

  const scope = {
    self,
    system: self.system,
    id: self.id,
    sessionId: self.sessionId,
    logger: () => {},
    defer: () => {},
    emit: () => {},
    stopChild: () => {},
    actionExecutor: (action: { type: string; params?: unknown }) => note(effects, action, parent),
  } as unknown as ActorScope<Snapshot, AnyEventObject>;

  return (before, event) => {
    current = before;
    effects = none();
    const after = step(machine, before, event, scope, input);
    return { after, effects };
  };
}

function step(
  machine: AnyStateMachine,
  before: Snapshot | undefined,
  event: AnyEventObject,
  scope: ActorScope<Snapshot, AnyEventObject>,
  input: unknown,
): Snapshot {
  if (!before) return machine.getInitialSnapshot(scope as never, input);
  try {
    return machine.transition(before as never, event, scope as never);
  } catch (error) {
    return Object.assign(Object.create(Object.getPrototypeOf(before)), before, {
      status: 'error',
      error,
    });
  }
}

const none = (): Mutable => ({ sent: [], emitted: [], started: [], stopped: [], timers: [] });

function note(
  effects: Mutable,
  { type, params }: { type: string; params?: unknown },
  parent: AnyActorRef,
): void {
  const told = params as Record<'event' | 'to' | 'id' | 'delay' | 'sendId' | 'actorRef', never>;
  const event = told?.event as AnyEventObject;
  if (type === 'xstate.emit') effects.emitted.push(event);
  if (type === 'xstate.cancel') effects.timers.push({ id: told.sendId, event: undefined });
  if (type === 'xstate.raise' && told.delay !== undefined) {
    effects.timers.push({ id: told.id ?? event.type, event });
  }
  if (type === 'xstate.sendTo') effects.sent.push({ to: nameOf(told.to, parent), event });
  if (type === 'xstate.spawnChild' && told.actorRef) {
    effects.started.push((told.actorRef as AnyActorRef).id);
  }
  if (type === 'xstate.stopChild' && told) effects.stopped.push(told.id);
}

const nameOf = (to: AnyActorRef | string, parent: AnyActorRef): string => {
  if (typeof to === 'string') return to;
  return to === parent ? 'parent' : to.id;
};
