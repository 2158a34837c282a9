import type { AnyStateMachine, AnyTransitionDefinition, SnapshotFrom } from 'xstate';
import {
  declaredTransitions,
  nodesOf,
  pathOf,
  transitionId,
} from '../../src/observe/statechart.js';

export interface Coverage {
  readonly declared: readonly string[];
  readonly missed: readonly string[];
}

export interface Walked {
  readonly snapshots: number;
  readonly states: Coverage;
  readonly transitions: Coverage;
  /** Broken invariants, each with the shortest way there. */
  readonly violations: readonly {
    readonly title: string;
    readonly detail: string;
    readonly trail: readonly string[];
  }[];
}

/** Collects what the walks of one machine reach and break. */
export interface Findings {
  visited(snapshots: number): void;
  enter(snapshot: SnapshotFrom<AnyStateMachine>): void;
  take(transitions: readonly AnyTransitionDefinition[]): void;
  judge(title: string, holds: () => unknown, trail: readonly string[]): void;
  isBroken(): boolean;
  result(): Walked;
}

/** Starts with nothing found. */
export function findings(machine: AnyStateMachine): Findings {
  const nodes = nodesOf(machine.root);
  let snapshots = 0;
  const states = new Set<string>();
  const transitions = new Set<AnyTransitionDefinition>();
  const violations = new Map<string, Walked['violations'][number]>();

  return {
    visited: (more) => {
      snapshots += more;
    },
    enter: ({ _nodes }) => {
      for (const node of _nodes) states.add(pathOf(node));
    },
    take: (some) => {
      for (const transition of some) transitions.add(transition);
    },
    judge: (title, holds, trail) => {
      const known = violations.get(title);
      if (known && known.trail.length <= trail.length) return;
      const detail = failureOf(holds);
      if (detail !== undefined) violations.set(title, { title, detail, trail });
    },
    isBroken: () => violations.size > 0,
    result: () => ({
      snapshots,
      states: coverage(nodes.filter(({ type }) => type !== 'history').map(pathOf), states),
      transitions: coverage(
        nodes.flatMap(declaredTransitions).map(transitionId),
        new Set([...transitions].map(transitionId)),
      ),
      violations: [...violations.values()],
    }),
  };
}

function failureOf(holds: () => unknown): string | undefined {
  try {
    return holds() === false ? 'it does not hold' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const coverage = (declared: readonly string[], reached: ReadonlySet<string>): Coverage => ({
  declared,
  missed: declared.filter((it) => !reached.has(it)),
});
