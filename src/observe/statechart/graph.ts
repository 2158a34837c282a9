import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import {
  type ActionWords,
  actionWords,
  type GuardWords,
  guardWords,
  isTimerNoise,
  type Trigger,
  triggerOf,
} from './words.js';

/** A state of a chart. Its `path` is made of keys joined by dots; the machine itself is `''`. */
export interface ChartState {
  readonly path: string;
  readonly key: string;
  readonly parent: string | undefined;
  readonly type: AnyStateNode['type'];
  /** The key of the child that is entered first, whether or not such a child exists. */
  readonly initial: string | undefined;
  readonly tags: readonly string[];
  readonly description: string | undefined;
  readonly invokes: readonly { readonly id: string; readonly src: string }[];
  readonly entry: readonly ActionWords[];
  readonly exit: readonly ActionWords[];
}

/** One branch that leaves a state; without targets it stays there. */
export interface ChartTransition {
  /** Stable while the chart does not change: state, trigger and index among equals. */
  readonly id: string;
  readonly source: string;
  readonly trigger: Trigger;
  readonly guard: GuardWords | undefined;
  readonly actions: readonly ActionWords[];
  readonly targets: readonly string[];
  readonly reenter: boolean;
  /** Neither target nor action: it keeps an outer state from hearing the event. */
  readonly forbidden: boolean;
  readonly description: string | undefined;
}

/** A chart as plain data: states in document order, transitions in the order they are tried. */
export interface Chart {
  readonly id: string;
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
  readonly maxIterations: number;
}

/**
 * Reads the chart of a machine. It walks the state nodes, since the JSON of a machine loses
 * combined guards and what is written in line. It does not run the machine and needs no actors.
 *
 * @example
 * toMermaid(toGraph(workerMachine));
 */
export function toGraph(machine: AnyStateMachine): Chart {
  const nodes = nodesOf(machine.root);
  return {
    id: machine.id,
    states: nodes.map(stateOf),
    transitions: nodes.flatMap((node) => declaredTransitions(node).map(transitionOf)),
    maxIterations: machine.options?.maxIterations ?? Number.POSITIVE_INFINITY,
  };
}

/** All branches of a state node in the order in which xstate tries them, `always` last. */
export const declaredTransitions = (node: AnyStateNode): AnyTransitionDefinition[] => [
  ...[...node.transitions.values()].flat(),
  ...(node.always ?? []),
];

/** Names a branch within its machine: `alive.idle|job.assign|0`. */
export function transitionId(transition: AnyTransitionDefinition): string {
  const { source, eventType } = transition;
  const among =
    eventType === '' ? (source.always ?? []) : (source.transitions.get(eventType) ?? []);
  return `${pathOf(source)}|${triggerOf(transition).words}|${among.indexOf(transition)}`;
}

/** The state node and everything below it, in document order. */
export const nodesOf = (node: AnyStateNode): AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap((child) => nodesOf(child)),
];

/** The keys from below the machine's root down to a state node, joined by dots. */
export const pathOf = (node: AnyStateNode): string => node.path.join('.');

function stateOf(node: AnyStateNode): ChartState {
  const named = (actions: AnyStateNode['entry']) =>
    actions.filter((action) => !isTimerNoise(action)).map(actionWords);
  return {
    path: pathOf(node),
    key: node.key,
    parent: node.parent && pathOf(node.parent),
    type: node.type,
    initial: initialOf(node.config.initial),
    tags: [...node.tags],
    description: node.description,
    invokes: node.invoke.map(({ id, src }) => ({ id, src: String(src) })),
    entry: named(node.entry),
    exit: named(node.exit),
  };
}

function initialOf(initial: unknown): string | undefined {
  if (typeof initial !== 'object' || initial === null) return initial as string | undefined;
  return 'target' in initial ? String(initial.target) : undefined;
}

function transitionOf(transition: AnyTransitionDefinition): ChartTransition {
  const targets = (transition.target ?? []).map(pathOf);
  const actions = transition.actions.map(actionWords);
  return {
    id: transitionId(transition),
    source: pathOf(transition.source),
    trigger: triggerOf(transition),
    guard: transition.guard ? guardWords(transition.guard) : undefined,
    actions,
    targets,
    reenter: transition.reenter ?? false,
    forbidden: targets.length === 0 && actions.length === 0,
    description: transition.description,
  };
}
