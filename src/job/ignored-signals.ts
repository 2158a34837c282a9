/** A terminal and a service manager signal every process of a group; only the parent may drain. */
const left = ['SIGINT', 'SIGTERM'] as const;
/** Node answers it with a debugger, unless somebody listens. */
const debuggers = ['SIGUSR1'] as const;

/**
 * The signals this process does not hear. They are ignored when this module is evaluated, before
 * any other one: a call in the body of `main.ts` would run after all imports.
 */
export const ignoredSignals: readonly NodeJS.Signals[] = [...left, ...debuggers].map((signal) => {
  process.on(signal, () => {});
  return signal;
});
