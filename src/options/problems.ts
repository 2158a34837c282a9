import { WorkerError } from '../errors.js';
import { shownAddress } from './addresses.js';
import type { Row } from './rows.js';

/** What is wrong with a value: which option, what was given, what is expected, how to put it right. */
export const problemsOf = (
  subject: string,
  row: Row<unknown>,
  value: unknown,
): readonly string[] => {
  if (value === undefined || row.accepts(value)) return [];
  const remedy = row.remedy?.(value);
  return [
    `${subject}: expected ${row.expects}, got ${shown(row, value)}.${remedy === undefined ? '' : ` ${remedy}`}`,
  ];
};

/** One error for everything that is wrong. */
export const invalidOptions = (problems: readonly string[]): WorkerError =>
  new WorkerError('ERR_INVALID_OPTIONS', `Invalid worker options:\n- ${problems.join('\n- ')}`);

/** One error that names every credential that is missing, and how to set them. */
export const missingCredentials = (variables: readonly string[]): WorkerError =>
  new WorkerError(
    'ERR_MISSING_CREDENTIALS',
    `missing ${variables.join(', ')}

  Set ${variables.length === 1 ? 'it' : 'them'} in the environment or in a file: "dev" reads .env, "start" takes --env-file .env
  A server to try things out: "npx livekit-actors dev-server", or "livekit-server --dev". Both take
    LIVEKIT_URL=ws://localhost:7880 LIVEKIT_API_KEY=devkey LIVEKIT_API_SECRET=secret`,
  );

function shown(row: Row<unknown>, value: unknown): string {
  if (row.secret) return '[secret]';
  if (typeof value === 'string') return JSON.stringify(shownAddress(value).slice(0, 80));
  if (typeof value === 'function') return 'a function';
  // Depth 0: what is nested may be anything, secrets too.
  return Array.isArray(value) || (typeof value === 'object' && value !== null)
    ? `an ${Array.isArray(value) ? 'array' : 'object'}`
    : // Not imported: as a module it loads much of Node with it.
      process.getBuiltinModule('node:util').inspect(value);
}
