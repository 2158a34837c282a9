import type {
  ActorLogic,
  AnyActorRef,
  AnyEventObject,
  CallbackActorLogic,
  EventObject,
  PromiseActorLogic,
  Snapshot,
} from 'xstate';
import type { Slot } from '../../src/machines/support.js';
import { breakDown, finish, type Instance, instanceOf } from './fake-instance.js';

export type { Instance } from './fake-instance.js';

/** All instances of one fake, and shortcuts to the newest live one. */
export interface Fake<Command, Input, Fact, Output> {
  /** Every command that any instance received, in order. */
  readonly told: Command[];
  readonly instances: readonly Instance<Command, Input, Fact, Output>[];
  readonly live: readonly Instance<Command, Input, Fact, Output>[];
  readonly inputs: readonly Input[];
  /** The newest instance whose path has this segment. */
  at(segment: string): Instance<Command, Input, Fact, Output>;
  say(fact: Fact): void;
  done(output: Output): void;
  fail(error: unknown): void;
  /** From now on every instance has exactly these tags. */
  tag(...tags: string[]): void;
  /** From now on every instance has this context. */
  hold(context: object): void;
}

export interface FakeOptions {
  /** Every instance breaks with this while it starts. */
  readonly failsAtStart?: unknown;
}

type Faked<Logic, Command, Input, Fact, Output> = Fake<Command, Input, Fact, Output> & {
  /** Goes into `machine.provide({ actors })`. */
  readonly logic: Logic;
};

type State<Input> = Snapshot<unknown> & {
  input: Input;
  hasTag: (tag: string) => boolean;
  context: object;
};

/** Stands in for a callback actor: records commands, says facts. */
export const fakePort = <
  Command extends EventObject,
  Input = unknown,
  Fact extends EventObject = AnyEventObject,
>(
  options?: FakeOptions,
): Faked<CallbackActorLogic<Command, Input>, Command, Input, Fact, void> => fake(options);

/** Stands in for a promise actor; it settles in the same tick, so that no test has to wait. */
export const fakePromise = <Output = void, Input = unknown>(
  options?: FakeOptions,
): Faked<PromiseActorLogic<Output, Input>, never, Input, never, Output> => fake(options);

/** Stands in for a child machine. */
export const fakeChild = <
  Received extends EventObject,
  Input = unknown,
  Output = unknown,
  Told extends EventObject = AnyEventObject,
>(
  options?: FakeOptions,
): Faked<Slot<Received, Input, Output>, Received, Input, Told, Output> => fake(options);

function fake<Logic, Command, Input, Fact, Output>(
  options: FakeOptions = {},
): Faked<Logic, Command, Input, Fact, Output> {
  const told: Command[] = [];
  let tags: readonly string[] = [];
  let held: object = {};
  const instances: Instance<Command, Input, Fact, Output>[] = [];
  const byRef = new Map<AnyActorRef, Instance<Command, Input, Fact, Output>>();
  const newest = () => {
    const instance = instances.findLast(({ live }) => live);
    if (!instance) throw new Error('The machine runs no such actor at the moment.');
    return instance;
  };

  const logic: ActorLogic<State<Input>, AnyEventObject, Input> = {
    getInitialSnapshot: (_, input) => ({
      status: 'active',
      output: undefined,
      error: undefined,
      input,
      // A fake child machine answers what its parent may ask of it.
      hasTag: (tag) => tags.includes(tag),
      get context() {
        return held;
      },
    }),
    getPersistedSnapshot: (snapshot) => snapshot,
    start: ({ input }, { self }) => {
      const instance = instanceOf<Command, Input, Fact, Output>(self as AnyActorRef, input);
      byRef.set(self as AnyActorRef, instance);
      instances.push(instance);
      if (options.failsAtStart === undefined) return;
      instance.live = false;
      throw options.failsAtStart;
    },
    transition: (snapshot, event, { self }): State<Input> => {
      const instance = byRef.get(self as AnyActorRef);
      if (!instance) return snapshot;
      if (event.type === breakDown || event.type === finish) instance.live = false;
      if (event.type === breakDown) throw event.error;
      if (event.type === finish)
        return { ...snapshot, status: 'done', output: event.output } as never;
      if (event.type === 'xstate.stop') {
        Object.assign(instance, { live: false, stopped: true });
        return { ...snapshot, status: 'stopped' } as State<Input>;
      }
      told.push(event as Command);
      instance.told.push(event as Command);
      return snapshot;
    },
  };

  return {
    // One implementation serves every kind of slot; the kind only exists in types.
    logic: logic as Logic,
    told,
    instances,
    get live() {
      return instances.filter(({ live }) => live);
    },
    get inputs() {
      return instances.map(({ input }) => input);
    },
    at: (segment) => {
      const instance = instances.findLast(({ path }) => path.split('/').includes(segment));
      if (!instance) throw new Error(`The machine started no such actor under "${segment}".`);
      return instance;
    },
    say: (fact) => newest().say(fact),
    done: (output) => newest().done(output),
    fail: (error) => newest().fail(error),
    tag: (...now) => {
      tags = now;
    },
    hold: (context) => {
      held = context;
    },
  };
}
