import {
  type ActorLogic,
  type AnyActorRef,
  type CallbackActorLogic,
  type EventObject,
  enqueueActions,
  fromCallback,
  type MachineContext,
  type MachineSnapshot,
  type ParameterizedObject,
  type ProvidedActor,
} from 'xstate';
import { type Failure, WorkerError, type WorkerErrorCode } from '../errors.js';

/** Hands the whole event to a named action or guard as its params. */
export const fromEvent = <E>({ event }: { event: E }): E => event;

/** An actor a machine needs but does not know. Starting it unprovided fails on purpose. */
export const port = <Command extends EventObject, Input>(
  name: string,
): CallbackActorLogic<Command, Input> =>
  fromCallback<Command, Input>(() => {
    throw new WorkerError(
      'ERR_ACTOR_NOT_PROVIDED',
      `The actor "${name}" is missing. Provide it with machine.provide({ actors: { ${name} } }), or import the wired machine from "livekit-actors".`,
    );
  });

/** A place for a child machine. It hides the child's inner types, which would otherwise be repeated in every parent's declaration. */
export type Slot<Event extends EventObject, Input, Output> = ActorLogic<
  // biome-ignore lint/suspicious/noExplicitAny: the child's context, tags and children are its own business
  MachineSnapshot<any, Event, any, any, any, Output, any, any>,
  Event,
  Input,
  // biome-ignore lint/suspicious/noExplicitAny: the parent does not look into the child's actor system
  any,
  // biome-ignore lint/suspicious/noExplicitAny: what a child emits is for those who import it
  any
>;

/** The smallest slot number that is free. Children are named by slots, never by job ids: xstate keeps every event type it ever saw. */
export const freeSlot = (taken: readonly { readonly slot: number }[]): number => {
  const used = new Set(taken.map(({ slot }) => slot));
  let slot = 0;
  while (used.has(slot)) slot += 1;
  return slot;
};

/** The slot number in a child's id, such as 3 in `proc.3`. */
export const slotOf = (actorId: string): number =>
  Number(actorId.slice(actorId.lastIndexOf('.') + 1));

/**
 * Stops everything below a failed machine. xstate leaves the children of a machine that threw
 * running, and ours own processes and sockets.
 */
export const stopTree = (ref: AnyActorRef): void => {
  const snapshot = ref.getSnapshot() as { status?: string; children?: Record<string, AnyActorRef> };
  if (snapshot.status === 'active') ref.send({ type: 'xstate.stop' });
  else for (const child of Object.values(snapshot.children ?? {})) stopTree(child);
};

/** Whether a child still runs. xstate warns of each event to one that has ended and is not yet reaped. */
export const isLive = (self: AnyActorRef, id: string): boolean => {
  const children = self.getSnapshot().children as Record<string, AnyActorRef | undefined>;
  return (children[id]?.getSnapshot() as { status?: string } | undefined)?.status === 'active';
};

/** xstate puts a line of its own before what a guard threw. */
const aroundGuards = /^Unable to evaluate guard[^\n]*\n/;

/** What an unknown thrown value says, in one line. */
export const messageOf = (error: unknown): string => {
  const { message } = Object(error) as { message?: unknown };
  const text = typeof message === 'string' ? message : String(error);
  return text.replace(aroundGuards, '').split('\n', 1)[0] ?? '';
};

/** What an actor that broke is told as; only our own errors have codes of ours. */
export const failureFrom = (error: unknown, fallback: WorkerErrorCode): Failure => ({
  code: error instanceof WorkerError ? error.code : fallback,
  message: messageOf(error),
});

/**
 * `enqueueActions` for `setup({ actions })`: what one event asks for is decided by looping over the
 * context. It may assign, send, emit, raise and spawn, but not call other named actions, whose types
 * TypeScript cannot know before `setup` returns. It may ask guards, which it names with their params.
 */
export const steps = <
  Context extends MachineContext,
  Event extends EventObject,
  Emitted extends EventObject,
  Params extends ParameterizedObject['params'] | undefined = undefined,
  Actor extends ProvidedActor = never,
  Guard extends ParameterizedObject = never,
>(
  collect: Parameters<
    typeof enqueueActions<Context, Event, Params, Event, Actor, never, Guard, never, Emitted>
  >[0],
) =>
  // `setup` cannot find out by itself that the guards are its own.
  enqueueActions<Context, Event, Params, Event, Actor, never, Guard, never, Emitted>(
    collect,
  ) as unknown as Steps<Context, Event, Params, Actor, Emitted>;

type Steps<
  Context extends MachineContext,
  Event extends EventObject,
  Params extends ParameterizedObject['params'] | undefined,
  Actor extends ProvidedActor,
  Emitted extends EventObject,
> = ReturnType<
  typeof enqueueActions<Context, Event, Params, Event, Actor, never, never, never, Emitted>
>;

/** Node turns what is longer into one millisecond. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Raises an event after a time that an option gave, under the event's own name as its id. With
 * `Infinity`, which is "no limit", it schedules nothing.
 */
export const armed = <Context extends MachineContext, Event extends EventObject>(
  type: Event['type'],
  afterMs: (context: Context) => number,
) =>
  steps<Context, Event, never>(({ context, enqueue }) => {
    const delay = afterMs(context);
    enqueue.cancel(type);
    if (delay !== Number.POSITIVE_INFINITY)
      enqueue.raise({ type } as Event, { id: type, delay: Math.min(delay, longestTimerMs) });
  });

/**
 * Emits an event and tells it to the parent. Not `sendParent`, which puts a machine that runs
 * without a parent into its error state.
 */
export const said = <
  Context extends MachineContext,
  Event extends EventObject,
  Emitted extends EventObject,
>() =>
  steps<Context, Event, Emitted, Emitted>(({ enqueue, self }, event) => {
    enqueue.emit(event);
    if (self._parent) enqueue.sendTo(self._parent, event);
  });
