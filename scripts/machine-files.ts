import { readdir, readFile } from 'node:fs/promises';
import type { AnyStateMachine } from 'xstate';

/** A machine of this package with the files that define it. */
export interface MachineFile {
  /** File name without its role, such as `job-process`. */
  readonly name: string;
  readonly machine: AnyStateMachine;
  /** Text of the machine's file and of its types file. */
  readonly source: string;
  readonly types: string;
}

const folder = new URL('../src/machines/', import.meta.url);
const suffix = '.machine.ts';

/** Loads every machine in `src/machines`; private ones, too. */
export async function machineFiles(): Promise<MachineFile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(suffix)).sort();
  return Promise.all(files.map((file) => load(file.slice(0, -suffix.length))));
}

async function load(name: string): Promise<MachineFile> {
  const url = new URL(`${name}${suffix}`, folder);
  const [module, source, types] = await Promise.all([
    import(/* @vite-ignore */ url.href) as Promise<Record<string, AnyStateMachine | undefined>>,
    readFile(url, 'utf8'),
    readFile(new URL(`${name}.types.ts`, folder), 'utf8'),
  ]);
  const machine = module[`${camelCase(name)}Machine`];
  if (!machine) throw new Error(`${name}${suffix} exports no ${camelCase(name)}Machine`);
  return { name, machine, source, types };
}

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
