import type { workerMachine } from 'livekit-actors';

export const sabotages: readonly string[];

/** The worker machine with one promise broken. */
export function sabotaged(
  worker: typeof workerMachine,
  name: string | undefined,
): typeof workerMachine;
