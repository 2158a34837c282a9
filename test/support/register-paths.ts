import { beforeAll, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { type Walk, walk } from './paths.js';
import type { Walked } from './walk-findings.js';

/** Walks a machine and makes tests of what the walks must reach and keep. */
export function registerPaths<Machine extends AnyStateMachine>(
  machine: Machine,
  // biome-ignore lint/suspicious/noExplicitAny: each walk chooses what it remembers
  paths: readonly Walk<Machine, any>[],
): void {
  let walked: Walked;
  beforeAll(() => {
    walked = walk(machine, paths);
  }, 60_000);

  it('can reach every state', () => {
    expect(walked.states.missed).toEqual([]);
  });

  it('can take every transition', () => {
    expect(walked.transitions.missed).toEqual([]);
  });

  it('keeps its invariants on every way', () => {
    expect(walked.violations).toEqual([]);
  });
}
