import { readdir, readFile } from 'node:fs/promises';
import type { AnyStateMachine } from 'xstate';
import type { TypeFiles } from './type-text.js';

/** A machine of this package with the files that define it. */
export interface MachineFile {
  /** File name without its role, such as `job-process`. */
  readonly name: string;
  readonly machine: AnyStateMachine;
  /** Text of the machine's file. */
  readonly source: string;
  /** Texts of all types files. */
  readonly types: TypeFiles;
}

const folder = new URL('../src/machines/', import.meta.url);
const suffix = '.machine.ts';

/** Loads every machine in `src/machines`; private ones, too. */
export async function machineFiles(): Promise<MachineFile[]> {
  const files = (await readdir(folder)).sort();
  const texts = await Promise.all(
    files
      .filter((file) => file.endsWith('.types.ts'))
      .map(async (file) => [file, await readFile(new URL(file, folder), 'utf8')] as const),
  );
  const types = new Map(texts);
  return Promise.all(
    files
      .filter((file) => file.endsWith(suffix))
      .map((file) => load(file.slice(0, -suffix.length), types)),
  );
}

async function load(name: string, types: TypeFiles): Promise<MachineFile> {
  const url = new URL(`${name}${suffix}`, folder);
  const [module, source] = await Promise.all([
    import(/* @vite-ignore */ url.href) as Promise<Record<string, AnyStateMachine | undefined>>,
    readFile(url, 'utf8'),
  ]);
  const machine = module[`${camelCase(name)}Machine`];
  if (!machine) throw new Error(`${name}${suffix} exports no ${camelCase(name)}Machine`);
  return { name, machine, source, types };
}

const camelCase = (name: string): string =>
  name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
