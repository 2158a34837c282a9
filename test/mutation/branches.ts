import { type AnyStateMachine, type AnyStateNode, createMachine } from 'xstate';
import { eventTrigger, nodesOf, pathOf } from '../../src/observe/statechart.js';

type Config = Record<string, unknown>;

/** One branch of a chart, and the machine as it would be without it. */
export interface Branch {
  /** State, trigger and index, as in the transition table: `alive.idle|job.assign|0`. */
  readonly id: string;
  /** A machine of its own with the same actors, actions, guards and delays. */
  without(): AnyStateMachine;
}

/** A place in a state's configuration that holds one branch or a list of them. */
interface Holder {
  readonly words: string;
  /** The keys down to it, such as `['on', 'drain']` or `['invoke', 0, 'onError']`. */
  readonly at: readonly (string | number)[];
}

/** Every branch of `on`, `after`, `always`, `onDone` and `onError`, at any depth. */
export function branchesOf(machine: AnyStateMachine): Branch[] {
  return nodesOf(machine.root).flatMap((node) =>
    holders(node).flatMap(({ words, at }) => {
      const held = at.reduce<unknown>((value, key) => (value as Config)[key], node.config);
      const count = Array.isArray(held) ? held.length : 1;
      return Array.from({ length: count }, (_, index) => ({
        id: `${pathOf(node)}|${words}|${index}`,
        without: () => {
          const way = [...node.path.flatMap((key) => ['states', key]), ...at];
          return rebuilt(
            machine,
            removed(machine.config as Config, Array.isArray(held) ? [...way, index] : way),
          );
        },
      }));
    }),
  );
}

/** The same chart, made anew. What convicts this one does not convict a mutant. */
export const rebuilt = (machine: AnyStateMachine, config: unknown = machine.config) =>
  createMachine(config as never, machine.implementations as never) as AnyStateMachine;

function holders(node: AnyStateNode): Holder[] {
  const { on = {}, after = {}, always, onDone, invoke } = node.config as Config;
  const invokes = invoke === undefined ? [] : Array.isArray(invoke) ? invoke : [invoke];
  const one = (value: unknown, words: string, at: Holder['at']) =>
    value === undefined ? [] : [{ words, at }];
  return [
    ...Object.keys(on as Config).flatMap((event) =>
      one((on as Config)[event], eventTrigger(event).words, ['on', event]),
    ),
    ...Object.keys(after as Config).map((delay) => ({
      words: `after ${Number.isNaN(+delay) ? delay : `${delay} ms`}`,
      at: ['after', delay],
    })),
    ...one(always, 'always', ['always']),
    ...one(onDone, 'done', ['onDone']),
    ...(invokes as Config[]).flatMap((it, index) => {
      const id = node.invoke[index]?.id;
      const at = Array.isArray(invoke) ? ['invoke', index] : ['invoke'];
      return [
        ...one(it.onDone, `done of ${id}`, [...at, 'onDone']),
        ...one(it.onError, `error of ${id}`, [...at, 'onError']),
        ...one(it.onSnapshot, `snapshot of ${id}`, [...at, 'onSnapshot']),
      ];
    }),
  ];
}

/** A copy without the value at the end of the way; the rest is shared. */
function removed(value: unknown, way: readonly (string | number)[]): unknown {
  const [key, ...rest] = way;
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    return rest.length === 0
      ? value.filter((_, index) => index !== key)
      : value.map((it, index) => (index === key ? removed(it, rest) : it));
  }
  const { [key]: inner, ...others } = value as Config;
  // The order of keys is the order of states, so a changed value stays in its place.
  return rest.length === 0 ? others : { ...(value as Config), [key]: removed(inner, rest) };
}
