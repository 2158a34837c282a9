/**
 * Removals that no promise notices, each with the reason why none could or should. An entry that
 * is convicted after all, or whose branch is gone, fails the run.
 */
export const survivors: Readonly<Record<string, string>> = {};
