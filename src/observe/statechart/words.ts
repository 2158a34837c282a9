import type { AnyTransitionDefinition } from 'xstate';

/** What makes a transition happen. */
export interface Trigger {
  readonly kind: 'event' | 'after' | 'always' | 'done' | 'error' | 'snapshot';
  /** The event, the delay, or the id of the child; empty for `always` and a finished state. */
  readonly name: string;
  readonly words: string;
}

/** An action as it is read: its name, and its params where they say something. */
export interface ActionWords {
  readonly name: string;
  readonly words: string;
  /** Written in line instead of by name, so that nobody can read or replace it. */
  readonly inline: boolean;
}

/** A guard as it is read after "if", with the names it is made of. */
export interface GuardWords {
  readonly names: readonly string[];
  readonly words: string;
  readonly inline: boolean;
}

const generated = [
  { prefix: 'xstate.done.actor.', kind: 'done', words: 'done of ' },
  { prefix: 'xstate.error.actor.', kind: 'error', words: 'error of ' },
  { prefix: 'xstate.snapshot.', kind: 'snapshot', words: 'snapshot of ' },
] as const;

/** What makes a transition happen, read from the event type that xstate generated for it. */
export function triggerOf(transition: AnyTransitionDefinition): Trigger {
  const { eventType, delay } = transition as AnyTransitionDefinition & { delay?: string | number };
  if (eventType === '') return { kind: 'always', name: '', words: 'always' };
  if (delay !== undefined) {
    const name = typeof delay === 'number' ? `${delay} ms` : delay;
    return { kind: 'after', name, words: `after ${name}` };
  }
  if (eventType.startsWith('xstate.done.state.')) return { kind: 'done', name: '', words: 'done' };
  return eventTrigger(eventType);
}

/** The same for an event type written by hand, such as `xstate.done.actor.job.*`. */
export function eventTrigger(eventType: string): Trigger {
  for (const { prefix, kind, words } of generated) {
    if (!eventType.startsWith(prefix)) continue;
    const name = eventType.slice(prefix.length);
    return { kind, name, words: `${words}${name}` };
  }
  return { kind: 'event', name: eventType, words: eventType };
}

/** Reads an action of a chart. */
export function actionWords(action: unknown): ActionWords {
  if (typeof action === 'string') return { name: action, words: action, inline: false };
  if (isNamed(action)) {
    return { name: action.type, words: `${action.type}${paramsWords(action)}`, inline: false };
  }
  const name = inlineName(action);
  return { name, words: `(${name})`, inline: true };
}

/** Reads a guard of a chart, through `and`, `or`, `not` and `stateIn`. */
export function guardWords(guard: unknown, nested = false): GuardWords {
  if (typeof guard === 'string') return { names: [guard], words: guard, inline: false };
  if (isStateIn(guard)) {
    const words = `in ${plain(guard.stateValue)}`;
    return { names: [], words, inline: false };
  }
  if (isCombinator(guard)) return combined(guard, nested);
  if (isNamed(guard)) {
    return { names: [guard.type], words: `${guard.type}${paramsWords(guard)}`, inline: false };
  }
  return { names: [], words: `(${inlineName(guard)})`, inline: true };
}

/** Whether an entry or exit action only starts or stops the timer of an `after`. */
export function isTimerNoise(action: unknown): boolean {
  if (typeof action !== 'function') return false;
  const { event, sendId } = action as { event?: { type?: unknown }; sendId?: unknown };
  return [event?.type, sendId].some((it) => String(it).startsWith('xstate.after.'));
}

function combined(guard: Combinator, nested: boolean): GuardWords {
  const parts = guard.guards.map((part) => guardWords(part, true));
  const joined =
    guard.name === 'not'
      ? `not ${parts[0]?.words}`
      : parts.map(({ words }) => words).join(` ${guard.name} `);
  return {
    names: parts.flatMap(({ names }) => names),
    words: nested && guard.name !== 'not' ? `(${joined})` : joined,
    inline: parts.some(({ inline }) => inline),
  };
}

/** A whole event handed on says nothing; a value or a named function does. */
function paramsWords({ params }: Named): string {
  if (params === undefined) return '';
  if (typeof params === 'function') {
    return ['', 'params', 'fromEvent'].includes(params.name) ? '' : `(${params.name})`;
  }
  return `(${Object.values(params as object)
    .map(plain)
    .join(', ')})`;
}

const plain = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));

interface Named {
  readonly type: string;
  readonly params?: unknown;
}
interface Combinator {
  readonly name: string;
  readonly guards: readonly unknown[];
}

const isNamed = (it: unknown): it is Named =>
  typeof it === 'object' && it !== null && 'type' in it && typeof it.type === 'string';
const isCombinator = (it: unknown): it is Combinator =>
  typeof it === 'function' && 'guards' in it && Array.isArray(it.guards);
const isStateIn = (it: unknown): it is { stateValue: unknown } =>
  typeof it === 'function' && 'stateValue' in it;

function inlineName(it: unknown): string {
  const type = typeof it === 'function' && 'type' in it ? it.type : undefined;
  return String(type ?? ((it as { name?: string } | undefined)?.name || 'in line'));
}
