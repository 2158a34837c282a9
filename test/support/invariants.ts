import { isDeepStrictEqual } from 'node:util';
import type { AnyStateMachine, StateValue } from 'xstate';
import type { Invariant, Step } from './paths.js';

/** Whether the state at a path, such as `draining.asking`, is active. */
export const isIn = (value: StateValue, path: string): boolean => {
  const [key = '', ...rest] = path.split('.');
  if (typeof value === 'string') return value === key && rest.length === 0;
  const inner = value[key];
  return inner !== undefined && (rest.length === 0 || isIn(inner, rest.join('.')));
};

/** Events of one type that a step told the parent. */
export const toldParent = (
  { sent }: Pick<Step<AnyStateMachine, unknown>, 'sent'>,
  type: string,
): Step<AnyStateMachine, unknown>['sent'][number]['event'][] =>
  sent.filter(({ to, event }) => to === 'parent' && event.type === type).map(({ event }) => event);

/** Every state has a timer that ends it, but for those that somebody else ends. */
export const hasDeadlines = (except: readonly string[]): Invariant<AnyStateMachine> => ({
  title: 'waits for nothing without a deadline',
  holds: ({ after, pending }) =>
    after.status !== 'active' ||
    pending.length > 0 ||
    except.some((path) => isIn(after.value, path)),
});

/** What it emits and what it tells its parent are the same. */
export const tellsWhatItEmits: Invariant<AnyStateMachine> = {
  title: 'tells its parent what it emits',
  holds: ({ emitted, sent }) => {
    const told = sent.filter(({ to }) => to === 'parent').map(({ event }) => event);
    return isDeepStrictEqual(told, emitted);
  },
};
