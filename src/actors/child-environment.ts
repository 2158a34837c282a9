/** What a child may inherit. */
export interface Inheritance {
  /** Names to pass on; undefined passes all. */
  readonly env: readonly string[] | undefined;
  readonly envExclude: readonly string[];
  /** Whether the worker is under development. */
  readonly isDev?: boolean;
  /** What is set, whatever the others say. */
  readonly envSet?: Readonly<Record<string, string>> | undefined;
}

/** It tells packages that this is no production, as LiveKit's own workers do. */
const devMarker = { LIVEKIT_DEV_MODE: '1' };

/** A job gets its room's token, and never what the worker shows to its server. */
const secrets = ['LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET', 'LIVEKIT_WORKER_TOKEN'];
/** They open a debugger or load code into every Node process; an allow-list may ask for them. */
const debuggersAndPreloads = [
  'NODE_OPTIONS',
  'NODE_INSPECT_RESUME_ON_START',
  'NODE_REPL_EXTERNAL_MODULE',
  'VSCODE_INSPECTOR_OPTIONS',
];

/**
 * The environment of a child: the parent's, less LiveKit's key pair and worker token, Node's debugger
 * and preload variables and the names in `envExclude`. With `env` only the names in it are passed on.
 * What is in `envSet` is added. It never contains the key pair or the worker token, whatever the lists
 * say; and it tells of a worker under development.
 */
export function childEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  { env, envExclude, envSet = {}, isDev = false }: Inheritance,
): Record<string, string> {
  const held = new Set([...secrets, ...envExclude, ...(env ? [] : debuggersAndPreloads)]);
  const names = (env ?? Object.keys(parent)).filter((name) => !held.has(name));
  const inherited = names.flatMap((name) => {
    const value = Object.hasOwn(parent, name) ? parent[name] : undefined;
    return value === undefined ? [] : [[name, value] as const];
  });
  const set = Object.entries(envSet).filter(([name]) => !secrets.includes(name));
  return { ...Object.fromEntries([...inherited, ...set]), ...(isDev && devMarker) };
}
