/** Flags of this process alone: its debugger, profiles, tests, watching, variables and script. */
const own =
  /^--?(inspect|debug-port|cpu-prof|heap-prof|heapsnapshot|prof|test|watch|trace-event|report-|build-snapshot|env-file|run$|eval|print|check|interactive|input-type|pe?$|[eci]$)/;
/** The link of tsx to its launcher, which is not there for a child. */
const launcher = /[\\/]tsx[\\/]dist[\\/]preflight\.cjs$/;

/**
 * The flags of this process that the processes of jobs need too, such as a TypeScript loader or
 * a memory limit.
 */
export const inheritedFlags = (execArgv: readonly string[]): readonly string[] => {
  const groups: string[][] = [];
  for (const argument of execArgv) {
    // What does not start with a dash is the value of the flag before it.
    if (argument.startsWith('-')) groups.push([argument]);
    else groups.at(-1)?.push(argument);
  }
  return groups
    .filter(([flag = '']) => !own.test(flag))
    .filter((group) => !group.some((argument) => launcher.test(argument)))
    .flat();
};
