import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));
/** Resolved here, since programs under test run in folders that know no packages. */
const tsx = import.meta.resolve('tsx');

/** What a program that ended left behind. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a file with TypeScript to its end, with none of LiveKit's variables but those given. */
export function runFile(file: string, args: readonly string[], place: Place = {}): Promise<Ended> {
  const { cwd, env = {} } = place;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LIVEKIT_|NODE_|VITEST|FORCE_COLOR|NO_COLOR)/.test(name),
  );
  const child = spawn(process.execPath, ['--import', tsx, file, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...texts }));
  });
}

/** Runs the package's own program from its sources. */
export const runBin = (args: readonly string[], place?: Place): Promise<Ended> =>
  runFile(bin, args, place);
