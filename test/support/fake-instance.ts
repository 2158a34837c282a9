import type { AnyActorRef } from 'xstate';

/** Events by which a test ends an instance. */
export const finish = 'fake.finish';
export const breakDown = 'fake.break';

/** One actor that a machine under test started in the place of the real one. */
export interface Instance<Command, Input, Fact, Output> {
  /** Ids from the machine under test down to this actor, such as `pool/proc.0/child`. */
  readonly path: string;
  readonly id: string;
  readonly input: Input;
  readonly told: Command[];
  /** Whether its parent stopped it. */
  stopped: boolean;
  /** Whether it still runs: neither stopped, nor done, nor broken. */
  live: boolean;
  say(fact: Fact): void;
  done(output: Output): void;
  fail(error: unknown): void;
}

/** The handle of an actor that a fake has just started. */
export function instanceOf<Command, Input, Fact, Output>(
  self: AnyActorRef,
  input: Input,
): Instance<Command, Input, Fact, Output> {
  const alive = () => {
    if (!instance.live) throw new Error(`The actor ${instance.path} has ended.`);
    return instance;
  };
  const instance: Instance<Command, Input, Fact, Output> = {
    path: pathOf(self),
    id: self.id,
    input,
    told: [],
    stopped: false,
    live: true,
    say: (fact) => alive() && self._parent?.send(fact),
    done: (output) => alive() && self.send({ type: finish, output }),
    fail: (error) => alive() && self.send({ type: breakDown, error }),
  };
  return instance;
}

function pathOf(ref: AnyActorRef): string {
  const ids: string[] = [];
  for (let at: AnyActorRef | undefined = ref; at?._parent; at = at._parent) ids.unshift(at.id);
  return ids.join('/');
}
