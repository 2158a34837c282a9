import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { Command, Fact, Plight } from '../machines/job-process.types.js';
import { type Description, question, watchedPipe } from '../protocol/watch-messages.js';

const remembered = 40;
const largest = 16 * 1024 * 1024;

/** One thing that was said between a worker and a child, and when. */
interface Said {
  readonly at: string;
  readonly said: Command['type'] | Fact['type'];
}

/** Writes down what becomes of one child, for the case that it hangs. */
export interface ChildReporter {
  /** Remembers a command or a fact by its name. */
  remember(said: Said['said']): void;
  /** Has the child described, and everything written into a file. */
  describe(plight: Plight): void;
  /** It is killed: writes what there is. */
  finish(): void;
  close(): void;
}

interface Options {
  readonly folder: string | undefined;
  /** The file is written, or could not be. */
  readonly onWritten: (result: { readonly file: string } | { readonly problem: string }) => void;
}

/** Makes one; without a folder it does nothing. */
export function childReporter(child: ChildProcess, { folder, onWritten }: Options): ChildReporter {
  const recent: Said[] = [];
  const pipe = child.stdio[watchedPipe] as Socket | undefined;
  let plight: Plight | undefined;
  const finish = (found?: Description): void => {
    if (plight === undefined || folder === undefined) return;
    const name = `livekit-actors-${child.pid}-${stampOf(new Date())}.json`;
    const text = JSON.stringify({ ...plight, recent, ...found }, undefined, 2);
    plight = undefined;
    void written(folder, name, text).then(onWritten);
  };
  readLine(pipe, (line) => finish(line === undefined ? undefined : (JSON.parse(line) as never)));

  return {
    remember: (said) => {
      recent.push({ at: new Date().toISOString(), said });
      if (recent.length > remembered) recent.shift();
    },
    describe: (of) => {
      plight = of;
      if (pipe?.writable) pipe.write(question);
      else finish();
    },
    finish: () => finish(),
    close: () => pipe?.destroy(),
  };
}

/** The first line of a stream; undefined when there is none, or none that could be JSON. */
function readLine(pipe: Socket | undefined, onLine: (line: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  pipe?.on('error', () => {});
  pipe?.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (!chunk.includes('\n') && size < largest) return;
    pipe.removeAllListeners('data').resume();
    const line = Buffer.concat(chunks).toString().trim();
    onLine(isJson(line) ? line : undefined);
  });
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

async function written(folder: string, name: string, text: string) {
  const file = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    // For its owner alone: names of functions and paths are nobody else's business.
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    return { file };
  } catch (error) {
    return { problem: String((error as Partial<Error>).message) };
  }
}

const stampOf = (time: Date): string => time.toISOString().replaceAll(/[:.]/g, '-');
