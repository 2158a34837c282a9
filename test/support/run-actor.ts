import { onTestFinished } from 'vitest';
import { type CallbackActorLogic, createActor, type EventObject, setup } from 'xstate';

/** A callback actor that runs under a parent which does nothing but write down its facts. */
export interface RunningActor<Command, Fact> {
  readonly facts: readonly Fact[];
  send(command: Command): void;
  stop(): void;
  /** The first fact of this type that `matches`, also one of the past; rejects after a few seconds. */
  fact<Type extends Fact extends EventObject ? Fact['type'] : never>(
    type: Type,
    matches?: (fact: Extract<Fact, { type: Type }>) => boolean,
  ): Promise<Extract<Fact, { type: Type }>>;
}

const deadlineMs = 10_000;

/** Runs an actor on its real resource and stops it when the test is over. */
export function runActor<Command extends EventObject, Fact extends EventObject, Input>(
  logic: CallbackActorLogic<Command, Input>,
  input: Input,
): RunningActor<Command, Fact> {
  const facts: Fact[] = [];
  const watchers = new Set<() => void>();
  const parent = createActor(
    setup({
      actors: { subject: logic as unknown as CallbackActorLogic<EventObject, unknown> },
    }).createMachine({
      invoke: { id: 'subject', src: 'subject', input: () => input },
      on: {
        '*': {
          actions: ({ event }) => {
            facts.push(event as Fact);
            for (const look of [...watchers]) look();
          },
        },
      },
    }),
  ).start();
  onTestFinished(() => {
    parent.stop();
  });

  return {
    facts,
    send: (command) => parent.getSnapshot().children.subject?.send(command),
    stop: () => parent.stop(),
    fact: (type, matches = () => true) => {
      type Wanted = Extract<Fact, { type: typeof type }>;
      const find = () =>
        facts.find((fact): fact is Wanted => fact.type === type && matches(fact as Wanted));
      return new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer);
          watchers.delete(look);
        };
        const look = () => {
          const fact = find();
          if (!fact) return;
          done();
          resolve(fact);
        };
        const timer = setTimeout(() => {
          done();
          const seen = facts.map((fact) => fact.type).join(', ');
          reject(new Error(`No ${type} within ${deadlineMs} ms; seen: ${seen || 'nothing'}.`));
        }, deadlineMs);
        watchers.add(look);
        look();
      });
    },
  };
}
