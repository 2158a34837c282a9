import {
  type Actor,
  type AnyActor,
  type AnyActorRef,
  type AnyEventObject,
  type AnyStateMachine,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type OutputFrom,
  type Snapshot,
  type SnapshotFrom,
} from 'xstate';
import { recordingParent } from './recording-parent.js';
import { type SteppingClock, steppingClock } from './stepping-clock.js';

export interface RunOptions<Machine extends AnyStateMachine> {
  readonly input: InputFrom<Machine>;
  /** The id under which the recording parent runs the machine. */
  readonly id?: string;
  /** Run it as a root, without a parent. */
  readonly alone?: boolean;
}

/** A machine under test, and everything that left it. */
export interface Subject<Machine extends AnyStateMachine> {
  readonly actor: Actor<Machine>;
  readonly clock: SteppingClock;
  /** Events that the machine sent to its parent, in order. */
  readonly toParent: AnyEventObject[];
  readonly emitted: EmittedFrom<Machine>[];
  send(event: EventFromLogic<Machine>): void;
  /** Lets time pass, timer by timer. */
  advance(ms: number): void;
  value(): SnapshotFrom<Machine>['value'];
  context(): SnapshotFrom<Machine>['context'];
  has(tag: string): boolean;
  status(): 'active' | 'done' | 'error' | 'stopped';
  output(): OutputFrom<Machine> | undefined;
  /** Ids of the children that run, sorted. */
  children(): string[];
  /** Why the machine broke, if it did. A failure that nobody asks for fails the behaviour. */
  failure(): unknown;
  /** Milliseconds left of every timer below the test, sorted. */
  timers(): number[];
}

interface Running {
  stop(): void;
  unexpectedFailure(): unknown;
}

let running: Running[] = [];

/** Starts a machine on virtual time under a parent that records what it is told. */
export function run<Machine extends AnyStateMachine>(
  machine: Machine,
  { input, id = 'subject', alone = false }: RunOptions<Machine>,
): Subject<Machine> {
  const clock = steppingClock();
  const toParent: AnyEventObject[] = [];
  const emitted: EmittedFrom<Machine>[] = [];
  const options = { input, id, clock } as never;
  const parent = alone ? undefined : recordingParent(machine, options, toParent, clock);
  const actor = (parent?.getSnapshot().subject ?? createActor(machine, options)) as Actor<Machine>;
  const root: AnyActor = parent ?? actor;
  let asked = false;

  actor.on('*', (event) => emitted.push(event as never));
  // An error listener keeps xstate from throwing the failure into the test process.
  root.subscribe({ error: () => {} });
  root.start();

  const snapshot = () => actor.getSnapshot() as Snapshot<unknown> & SnapshotFrom<AnyStateMachine>;
  running.push({
    stop: () => root.stop(),
    unexpectedFailure: () => (asked ? undefined : snapshot().error),
  });

  return {
    actor,
    clock,
    toParent,
    emitted,
    send: (event) => actor.send(event),
    advance: clock.advance,
    value: () => snapshot().value as never,
    context: () => snapshot().context as never,
    has: (tag) => snapshot().hasTag(tag as never),
    status: () => snapshot().status,
    output: () => snapshot().output as never,
    children: () =>
      Object.entries((snapshot().children ?? {}) as Record<string, AnyActorRef>)
        .filter(([, child]) => child.getSnapshot().status === 'active')
        .map(([childId]) => childId)
        .sort(),
    failure: () => {
      asked = true;
      return snapshot().error;
    },
    timers: clock.timers,
  };
}

/** Runs `body`, then stops what it started and fails if a machine broke that nobody asked about. */
export async function withMachines(body: () => void | Promise<void>): Promise<void> {
  running = [];
  try {
    await body();
  } finally {
    for (const one of running) one.stop();
  }
  const failures = running.map((one) => one.unexpectedFailure()).filter((error) => error);
  running = [];
  if (failures.length > 0) throw new Error(`A machine broke: ${String(failures[0])}`);
}

/** Returns what a log recorded so far and clears it. */
export const taken = <T>(log: T[]): T[] => log.splice(0);
