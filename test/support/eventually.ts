import { seen } from './seen.js';

/** Waits until `holds` is true; for what the system does by itself, such as reaping. */
export const eventually = async (holds: () => boolean, deadlineMs = 5_000): Promise<void> => {
  await seen(() => holds() || undefined, deadlineMs);
};
