/** Flags whose value may be the next argument. */
const spaced =
  /^(-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file)$/;
/** Flags of this process alone: its debugger, its script, its watching. */
const own =
  /^(--inspect|--watch|--test|--eval|--print|--check|--interactive|--input-type|--env-file|--run|-e$|-p$|-pe$|-c$|-i$)/;
/** The link of tsx to its launcher, which is not there for a child. */
const launcher = /[\\/]tsx[\\/]dist[\\/]preflight\.cjs$/;

/** The flags of this process that its children need too, such as a TypeScript loader. */
export const inheritedFlags = (execArgv: readonly string[]): readonly string[] => {
  const kept: string[] = [];
  const rest = [...execArgv];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const taken = spaced.test(flag) ? [flag, ...rest.splice(0, 1)] : [flag];
    // What does not start with a dash is the script of an own flag.
    const isOwn = own.test(flag) || !flag.startsWith('-');
    if (!isOwn && !launcher.test(taken.at(-1) ?? '')) kept.push(...taken);
  }
  return kept;
};
