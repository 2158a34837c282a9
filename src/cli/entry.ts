import { readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { WorkerError } from '../errors.js';
import { closest } from '../options/names.js';

const names = ['main', 'app', 'agent'];
const extensions = ['js', 'mjs', 'cjs', 'ts', 'mts'];
const folders = ['', 'app', 'src'];
const script = /\.[cm]?[jt]sx?$/;

/**
 * The absolute path of the agent that was named on the command line: a file, or a folder with one
 * file that is called main, app or agent. Without a name it is this folder.
 *
 * @throws WorkerError `ERR_AGENT_MODULE`, saying what was looked for or found.
 */
export function entryNamed(name: string | undefined): string {
  const path = resolve(name ?? '.');
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return realpathSync(path);
  if (found?.isDirectory()) return entryIn(path, name);
  throw cannotLoad(
    name,
    found ? 'it is not a file' : `there is no such file.${didYouMeanFile(path, name)}`,
  );
}

/** The file that Node was started with. Node leaves out an extension that was left out there. */
export function entryRunning(argument: string | undefined): string {
  if (argument === undefined) {
    throw new WorkerError(
      'ERR_AGENT_MODULE',
      'cli.runApp needs a file, since each job imports it again. Save the agent in a file and run that.',
    );
  }
  return realpathSync(createRequire(resolve(argument)).resolve(resolve(argument)));
}

/** The one file in a folder that may be an agent by its name. */
function entryIn(folder: string, name: string | undefined): string {
  const found = folders.flatMap((below) =>
    namesIn(join(folder, below))
      .filter((file) => isAgentName(file))
      .map((file) => join(folder, below, file)),
  );
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return realpathSync(only);
  const here = name === undefined ? 'this folder' : name;
  throw new WorkerError(
    'ERR_AGENT_MODULE',
    only === undefined
      ? `no agent in ${here}: looked for ${names.join(', ')} (.${extensions.join(' .')}) in it, in app/ and in src/. Name its file.`
      : `several files in ${here} may be the agent: ${found.map((it) => relative(folder, it)).join(', ')}. Name one.`,
  );
}

const isAgentName = (file: string): boolean =>
  names.some((stem) => extensions.some((extension) => file === `${stem}.${extension}`));

/** The files of a folder; none where there is no folder. */
function namesIn(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
}

/** A question after a name that is nearly the one of a file beside it. */
function didYouMeanFile(path: string, name = ''): string {
  const beside = namesIn(dirname(path)).filter((file) => script.test(file));
  const written = basename(path);
  const meant =
    beside.find((file) => file.replace(script, '') === written) ?? closest(written, beside);
  return meant === undefined ? '' : ` Did you mean ${join(dirname(name), meant)}?`;
}

const cannotLoad = (name: string | undefined, why: string): WorkerError =>
  new WorkerError('ERR_AGENT_MODULE', `cannot load ${name}: ${why}`);
